"""The ID of each request, in its answer and in the log."""

from __future__ import annotations

import logging
import re
import secrets
from time import perf_counter

from flask import Flask, g, request
from werkzeug.wrappers import Response

from app.config import Config
from app.logs import FACTS, REQUESTS, set_request_id
from app.views.http import shared_pages

HEADER = "X-Request-ID"
_GIVEN = re.compile(r"[A-Za-z0-9._-]{8,64}")
_log = logging.getLogger(REQUESTS)


def init(app: Flask, config: Config) -> None:
    """Number requests; a proxy that is believed may have done so before."""

    @app.before_request
    def begin() -> None:
        given = request.headers.get(HEADER, "") if config.proxies else ""
        g.request_id = given if _GIVEN.fullmatch(given) else secrets.token_hex(8)
        g.begun = perf_counter()
        set_request_id(g.request_id)

    @app.after_request
    def tell(response: Response) -> Response:
        if "request_id" not in g:  # it was refused before it began
            return response
        if not shared_pages.is_packed_later():  # what is kept is many requests' answer
            response.headers[HEADER] = g.request_id
        if _log.isEnabledFor(logging.INFO):
            _log_request(response)
        return response

    @app.teardown_request
    def end(_error: BaseException | None) -> None:
        set_request_id("")


def _log_request(response: Response) -> None:
    # The rule, and not the path: a path may be a secret link.
    rule = request.url_rule.rule if request.url_rule is not None else "-"
    milliseconds = (perf_counter() - g.begun) * 1000
    facts = {
        "method": request.method,
        "route": rule,
        "status": response.status_code,
        "ms": round(milliseconds, 1),
    }
    said = "%s %s %d %.1f ms"
    values = (request.method, rule, response.status_code, milliseconds)
    _log.info(said, *values, extra={FACTS: facts})
