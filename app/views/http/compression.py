"""Answers of the app, compressed for clients that take it.

Whoever sees the size of answers and chooses a part of them can find out a secret that they contain:
what repeats it becomes shorter (BREACH, https://breachattack.com). So an answer that may contain
both is left as it is. Secrets are in answers to those who have a session. What others chose may be
in answers to what they can send somebody to: addresses with a query, forms, what is refused. A text
can repeat guesses, too, but the token of a form is another one each second: Flask-WTF signs it with
the time.
"""

from __future__ import annotations

import gzip

from flask import Flask, request, session
from werkzeug.wrappers import Response

from app.views.http import access, shared_pages

MIN_BYTES = 1000  # less fits into one packet anyway
LEVEL = 1  # a tenth of the time of level 6, for a tenth more bytes
_KINDS = {
    "application/atom+xml", "application/json", "application/ld+json", "application/rss+xml",
    "application/xml", "image/svg+xml", "text/html", "text/plain", "text/xml",
}  # fmt: skip


def init(app: Flask) -> None:
    """Switch it on, for what is complete when all others have seen the answer."""
    app.after_request(_compress)


def _compress(response: Response) -> Response:
    if response.mimetype not in _KINDS or response.is_streamed or response.direct_passthrough:
        return response
    if shared_pages.is_packed_later():  # and says there by what it varies
        return response
    response.vary.add("Accept-Encoding")
    if (
        request.accept_encodings["gzip"] <= 0
        or response.status_code in (204, 206, 304)
        or "Content-Encoding" in response.headers
        or ((bool(session) or access.viewer_is_known()) and _is_chosen(response))
    ):
        return response
    body = response.get_data()
    if len(body) < MIN_BYTES:
        return response
    response.set_data(gzip.compress(body, LEVEL, mtime=0))
    response.headers["Content-Encoding"] = "gzip"
    tag, is_weak = response.get_etag()
    if tag is not None and not is_weak:
        response.set_etag(tag, weak=True)  # the same content, in other bytes
    return response


def _is_chosen(response: Response) -> bool:
    """Whether the answer may repeat what somebody else chose."""
    return request.method != "GET" or bool(request.query_string) or response.status_code != 200
