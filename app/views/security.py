"""Headers of every answer, CSRF protection, and rate limits."""

from __future__ import annotations

from ipaddress import ip_network
from urllib.parse import urlsplit

from flask import Flask, request
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_wtf.csrf import CSRFProtect
from werkzeug.wrappers import Response

from app.config import Config
from app.views import access

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
HSTS = "max-age=63072000; includeSubDomains"

# Bytes that a signed-in user may send where files are uploaded; elsewhere 1 MB is the limit. For
# pictures it is more than one may have: so that a photograph that is too large is refused with
# the form filled in, and not before the form is read. Large files wait on the disk meanwhile.
LARGE_REQUESTS = {
    "pictures.add": 32_000_000,
    "summaries.save": 32_000_000,
    "files.read": 60_000_000,
}

csrf = CSRFProtect()


def _network() -> str:
    """Where a request is from: an address, or of IPv6 the network that one customer has."""
    address = get_remote_address()
    if ":" in address:
        return str(ip_network(f"{address.split('%')[0]}/64", strict=False))
    return address


def _who() -> str:
    user = access.viewer()
    return f"user:{user.id}" if user is not None else f"address:{_network()}"


limiter = Limiter(key_func=_who, headers_enabled=False)

SIGN_IN_LIMIT = limiter.shared_limit(
    "10/minute;100/hour", "sign-in", key_func=_network, methods=["POST"]
)
SIGN_UP_LIMIT = limiter.shared_limit(
    "10/minute;30/hour", "sign-up", key_func=_network, methods=["POST"]
)
WRITE_LIMIT = limiter.shared_limit("30/minute;300/hour", "write", methods=["POST"])
DRAFT_LIMIT = limiter.shared_limit("90/minute", "draft", methods=["POST"])
FILES_LIMIT = limiter.shared_limit("6/minute;30/hour", "files", methods=["GET", "POST"])
UPLOAD_LIMIT = limiter.shared_limit("30/minute;300/hour", "upload", methods=["POST"])
VOTE_LIMIT = limiter.shared_limit("60/minute", "vote", methods=["POST", "DELETE"])
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
    if config.site_url:
        app.config["TRUSTED_HOSTS"] = [urlsplit(config.site_url).hostname, "127.0.0.1", "localhost"]

    @app.after_request
    def add_headers(response: Response) -> Response:
        response.headers.update(headers(config))
        if (
            access.viewer_is_known()
            or response.status_code >= 400
            or "Set-Cookie" in response.headers
        ):
            response.headers["Cache-Control"] = "private, no-store"
        elif request.method in ("GET", "HEAD"):
            response.headers.setdefault("Cache-Control", "private, no-cache")
            response.vary.add("Cookie")
        return response


def _refuse_other_sites() -> Response | None:
    """Answer what another site's page posts here without touching the session.

    The browser withholds our cookie then. An answer that set a new one, as every page with a form
    does, would replace it, and so sign the reader out.
    """
    if request.method in ("GET", "HEAD", "OPTIONS"):
        return None
    origin = request.headers.get("Origin", "null")
    site = request.headers.get("Sec-Fetch-Site", "")
    elsewhere = origin != "null" and urlsplit(origin).netloc != request.host
    if site == "cross-site" or (not site and elsewhere):
        return Response("This was sent from another site.\n", 403, mimetype="text/plain")
    return None


def _take_more() -> None:
    limit = LARGE_REQUESTS.get(request.endpoint or "")
    if limit is not None and request.method == "POST" and access.viewer() is not None:
        request.max_content_length = limit


def headers(config: Config) -> dict[str, str]:
    """The headers of every answer, static files included."""
    return {**HEADERS, "Strict-Transport-Security": HSTS} if config.https else HEADERS
