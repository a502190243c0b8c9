"""Whether lists of summaries show how each text begins: a choice that the browser remembers.

A list with openings has an address of its own (`openings=1`), so that one address has one page for
all guests, which may be kept. The cookie only leads from a list to that address.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from flask import current_app, redirect, request
from werkzeug.wrappers import Response

from app.views.http.paths import this_address
from app.views.http.security import cookie_name

NAME = "openings"  # of the argument and of the cookie
ON = "1"
COOKIE_LIFE = 365 * 24 * 3600


def are_shown() -> bool:
    """Whether this address is that of a list with openings."""
    return request.args.get(NAME) == ON


def argument() -> dict[str, str]:
    """What further addresses of this list have, to stay as it is."""
    return {NAME: ON} if are_shown() else {}


def remembered(view: Callable[..., Any]) -> Callable[..., Any]:
    """Lead who chose openings to the list that has them."""

    @wraps(view)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        if NAME not in request.args and request.cookies.get(cookie_name(NAME)) == ON:
            return redirect(with_choice(this_address(), True), 302)
        return view(*args, **kwargs)

    return wrapped


def remember(response: Response, shown: bool) -> Response:
    """Put the choice into a cookie, or take the cookie away."""
    flags: dict[str, Any] = {
        "secure": bool(current_app.config["SESSION_COOKIE_SECURE"]),
        "httponly": True,
        "samesite": "Lax",
    }
    if shown:
        response.set_cookie(cookie_name(NAME), ON, max_age=COOKIE_LIFE, **flags)
    else:
        response.delete_cookie(cookie_name(NAME), **flags)
    return response


def with_choice(address: str, shown: bool) -> str:
    """The address of a list on this site, with openings or without."""
    parts = urlsplit(address)
    kept = [pair for pair in parse_qsl(parts.query, keep_blank_values=True) if pair[0] != NAME]
    query = urlencode([*kept, (NAME, ON)] if shown else kept)
    return f"{parts.path}?{query}" if query else parts.path
