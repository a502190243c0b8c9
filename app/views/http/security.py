"""Headers of every answer, CSRF protection, and rate limits."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, current_app, request
from flask_limiter import Limiter
from flask_wtf.csrf import CSRFProtect
from werkzeug.wrappers import Response

from app.config import Config
from app.views.http import access, shared_pages
from app.views.http.visitors import network

# Pictures in summaries may come from elsewhere (https only); players load when asked for.
CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' https: data:",
        "media-src 'self' https:",
        "font-src 'self'",
        "connect-src 'self'",
        "manifest-src 'self'",
        "frame-src https://www.youtube-nocookie.com https://player.vimeo.com",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
    # "same-origin" and not "no-referrer": the CSRF check over https reads the referrer.
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
NOT_KEPT = "private, no-store"
HSTS = "max-age=63072000; includeSubDomains"

# Bytes that one may send where files are uploaded, mostly signed in; elsewhere 1 MB. For
# pictures it is more than one may have: so that a photograph that is too large is refused with
# the form filled in, and not before the form is read. Large files wait on the disk meanwhile.
LARGE_REQUESTS = {
    "pictures.add": 32_000_000,
    "summaries.save": 32_000_000,
    "files.read": 60_000_000,
    "bibliography.check": 3_500_000,
    "list_imports.read": 60_000_000,
}
OPEN_TO_GUESTS = frozenset({"bibliography.check"})  # where these may be sent without signing in

csrf = CSRFProtect()


def _who() -> str:
    user = access.viewer()
    return f"user:{user.id}" if user is not None else f"address:{network()}"


limiter = Limiter(key_func=_who, headers_enabled=False)

SIGN_IN_LIMIT = limiter.shared_limit(
    "10/minute;100/hour", "sign-in", key_func=network, methods=["POST"]
)
# Each asks a provider, and a browser can keep what it was sent out with.
WAY_BACK_LIMIT = limiter.shared_limit(
    "20/minute;200/hour", "way-back", key_func=network, methods=["GET", "HEAD"]
)
# Asked for without a name, and costs no query: a passkey follows, which is a sign-in.
CHALLENGE_LIMIT = limiter.shared_limit(
    "20/minute;200/hour", "challenge", key_func=network, methods=["POST"]
)
SIGN_UP_LIMIT = limiter.shared_limit(
    "10/minute;30/hour", "sign-up", key_func=network, methods=["POST"]
)
# Also of links in mail, whose tokens nobody can guess: each try is a write.
RECOVERY_LIMIT = limiter.shared_limit(
    "5/minute;30/hour", "recovery", key_func=network, methods=["POST"]
)
MAIL_LIMIT = limiter.shared_limit("5/minute;10/hour;20/day", "mail", methods=["POST"])
WRITE_LIMIT = limiter.shared_limit("30/minute;300/hour", "write", methods=["POST"])
DRAFT_LIMIT = limiter.shared_limit("90/minute", "draft", methods=["POST"])
FILES_LIMIT = limiter.shared_limit("6/minute;30/hour", "files", methods=["GET", "POST"])
# A library of 200,000 papers is 200 files for a guest.
EXPORT_LIMIT = limiter.shared_limit("20/minute;300/hour", "export", methods=["GET", "HEAD"])
CHECK_LIMIT = limiter.shared_limit("10/minute;60/hour", "check", methods=["POST"])
# Each is up to a hundred questions to Crossref, of a guest thirty, which the job asks one after the
# other.
ASK_LIMIT = limiter.shared_limit(
    lambda: "3/minute;12/hour" if access.viewer() is not None else "2/minute;4/hour;10/day",
    "ask",
    methods=["POST"],
)
UPLOAD_LIMIT = limiter.shared_limit("30/minute;300/hour", "upload", methods=["POST"])
VOTE_LIMIT = limiter.shared_limit("60/minute", "vote", methods=["POST", "DELETE"])
LIST_LIMIT = limiter.shared_limit("90/minute", "list", methods=["POST", "DELETE"])
SUGGEST_LIMIT = limiter.shared_limit("120/minute", "suggest", methods=["GET", "HEAD"])
PREVIEW_LIMIT = limiter.shared_limit("120/minute", "preview", methods=["POST"])
COMPARE_LIMIT = limiter.shared_limit("30/minute", "compare", methods=["GET", "HEAD"])
LOOKUP_LIMIT = limiter.shared_limit(
    "40/minute;400/hour",  # a look-up takes two: it is posted, and has an address
    "look-up",
    methods=["GET", "HEAD", "POST"],
    exempt_when=lambda: request.method != "POST" and not request.args.get("q"),
)
TYPING_LIMIT = limiter.shared_limit("300/minute", "typing", methods=["GET", "HEAD"])
SEARCH_LIMIT = limiter.shared_limit("120/minute", "search", methods=["GET", "HEAD"])


def init(app: Flask, config: Config) -> None:
    """Switch all of it on."""
    app.before_request(_refuse_other_sites)
    app.before_request(_take_more)  # before the form is read, which the CSRF check does
    csrf.init_app(app)
    limiter.init_app(app)
    # Each limit is a view's own, which asks it: before a request there is none to look for.
    before_each = app.before_request_funcs[None]
    if limiter._check_request_limit in before_each:  # unless limits are off
        before_each.remove(limiter._check_request_limit)
    if config.site_url:
        app.config["TRUSTED_HOSTS"] = [urlsplit(config.site_url).hostname, "127.0.0.1", "localhost"]

    @app.after_request
    def say_who_may_keep_it(response: Response) -> Response:
        if shared_pages.is_packed_later():  # and has been said
            return response
        if (
            access.viewer_is_known()
            or request.method not in ("GET", "HEAD")
            or response.status_code >= 400
            or "Set-Cookie" in response.headers
        ):
            response.headers["Cache-Control"] = NOT_KEPT
        else:
            response.headers.setdefault("Cache-Control", "private, no-cache")
            response.vary.add("Cookie")
        return response


def with_headers(app: Callable[..., Iterable[bytes]], config: Config) -> Any:
    """A WSGI app around all others: what they answer has our headers, whoever made it."""
    ours = make_headers(config)

    def answer(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        def start(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
            given = {name.lower() for name, _ in headers}
            missing = [pair for pair in ours.items() if pair[0].lower() not in given]
            if "cache-control" not in given:
                missing.append(("Cache-Control", NOT_KEPT))
            return start_response(status, [*headers, *missing], *rest)

        return app(environ, start)

    return answer


def make_headers(config: Config) -> dict[str, str]:
    """The headers of every answer, whoever makes it."""
    return {**HEADERS, "Strict-Transport-Security": HSTS} if config.https else HEADERS


def open_to_other_sites(response: Response) -> Response:
    """Let other sites' pages read an answer that is public and the same for everybody.

    Sources: the Fetch standard, "Cross-Origin-Resource-Policy header" and "CORS protocol".
    """
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response


def cookie_name(name: str) -> str:
    """A cookie's name.

    Over https it has the prefix that lets no other host or path set it.
    """
    return f"__Host-{name}" if current_app.config["SESSION_COOKIE_SECURE"] else name


def seconds_until(moment: float) -> int:
    """How long somebody has to wait until a moment.

    The moment is in seconds since 1970.
    """
    return max(1, math.ceil(moment - time.time()))


def seconds_to_wait() -> int:
    """How long to wait for the limit that this request has met."""
    met = [limit.window.reset_time for limit in limiter.current_limits if limit.breached]
    return seconds_until(max(met)) if met else 60


def _refuse_other_sites() -> Response | None:
    """Answer what another site's page posts here without touching the session.

    The browser withholds our cookie then. An answer that set a new one, as every page with a form
    does, would replace it, and so sign the reader out.
    """
    if request.method in ("GET", "HEAD", "OPTIONS") or not is_from_other_site():
        return None
    return Response("This was sent from another site.\n", 403, mimetype="text/plain")


def is_from_other_site() -> bool:
    """Whether another site's page makes the browser ask this, as far as it says."""
    origin = request.headers.get("Origin", "null")
    site = request.headers.get("Sec-Fetch-Site", "")
    elsewhere = origin != "null" and urlsplit(origin).netloc != request.host
    return site == "cross-site" or (not site and elsewhere)


def allowed_bytes() -> int | None:
    """How much this request may send; `None` for as much as any other."""
    endpoint = request.endpoint or ""
    limit = LARGE_REQUESTS.get(endpoint) if request.method == "POST" else None
    if limit is None or (endpoint not in OPEN_TO_GUESTS and access.viewer() is None):
        return None
    return limit


def _take_more() -> None:
    limit = allowed_bytes()
    if limit is not None:
        request.max_content_length = limit
