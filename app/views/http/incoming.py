"""Requests as they come in: how large they may be, and forms taken apart fast.

Python's own way takes 20 ms for a text of 64 kB that is full of punctuation. It holds the
interpreter meanwhile, so that nobody who reads gets a page.
"""

from __future__ import annotations

from binascii import a2b_qp
from collections.abc import Callable
from typing import IO, Any
from urllib.parse import unquote_to_bytes

from flask import Flask, current_app, request
from flask import Request as FlaskRequest
from flask import Response as FlaskResponse
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface, SessionMixin
from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.formparser import FormDataParser
from werkzeug.test import run_wsgi_app
from werkzeug.wrappers import Response

from app.views.http.security import allowed_bytes

ASKED = "shortlist.allowance"  # no header can have this name


class FormParser(FormDataParser):
    """Werkzeug's, but for what browsers send of a form without files."""

    def parse(
        self,
        stream: IO[bytes],
        mimetype: str,
        content_length: int | None,
        options: dict[str, str] | None = None,
    ) -> tuple[IO[bytes], MultiDict[str, str], MultiDict[str, FileStorage]]:
        if mimetype != "application/x-www-form-urlencoded":
            return super().parse(stream, mimetype, content_length, options)
        return stream, self.cls(fields(stream.read())), self.cls()


class Request(FlaskRequest):
    form_data_parser_class = FormParser


class App(Flask):
    """An app none of whose functions is asynchronous: each was looked at in each request."""

    request_class = Request

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        return func


class CookieSessions(SecureCookieSessionInterface):
    """Flask's, but nothing is signed for who has no session and gets none."""

    def open_session(self, app: Flask, request: FlaskRequest) -> SecureCookieSession | None:
        if self.get_cookie_name(app) not in request.cookies:
            return self.session_class()
        return super().open_session(app, request)

    def save_session(self, app: Flask, session: SessionMixin, response: FlaskResponse) -> None:
        if session or session.modified:
            super().save_session(app, session, response)
        elif session.accessed:
            response.vary.add("Cookie")


def init(app: Flask) -> None:
    """Tell how large a request may be, before anything else is done with it."""

    @app.before_request
    def tell() -> Response | None:
        return Response(str(_allowed())) if ASKED in request.environ else None


def allowance(app: Flask) -> Callable[[dict[str, Any]], int]:
    """How many bytes the request with an environment may send; its body is not read.

    It is asked through the whole app, so that proxies in front are believed as far as ever.
    """

    def allowed(environ: dict[str, Any]) -> int:
        parts, status, _ = run_wsgi_app(app.wsgi_app, {**environ, ASKED: True})
        return int(b"".join(parts)) if status == "200 OK" else 0

    return allowed


def _allowed() -> int:
    large = allowed_bytes()
    return int(current_app.config["MAX_CONTENT_LENGTH"]) if large is None else large


def fields(body: bytes) -> list[tuple[str, str]]:
    """The names and values of a form, as `urllib.parse.parse_qsl` with blank values gives them.

    None when it is not UTF-8; a value whose escapes are not keeps those as they are.
    """
    try:
        body.decode()
    except UnicodeDecodeError:
        return []
    parts = (part.partition(b"=") for part in body.split(b"&") if part)
    return [(_decoded(name), _decoded(value)) for name, _, value in parts]


def _decoded(value: bytes) -> str:
    # Mail's quoted-printable differs only in the sign, and the library decodes it in C.
    mail = value.replace(b"+", b" ").replace(b"=", b"%3D").replace(b"%", b"=")
    found = a2b_qp(mail)
    # Each escape makes three bytes one. Where that is not so, something else followed a sign; mail
    # also joins lines at a sign.
    if len(found) != len(mail) - 2 * mail.count(b"=") or b"=\n" in mail or b"=\r" in mail:
        found = unquote_to_bytes(value.replace(b"+", b" "))
    return found.decode("utf-8", "werkzeug.url_quote")
