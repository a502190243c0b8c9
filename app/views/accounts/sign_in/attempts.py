"""Failed sign-ins are counted for each account name, whether or not somebody has it.

A browser that signed in to the account before has a cookie that says so, and a count of its own, so
that strangers who guess cannot lock its owner out ("device cookies", OWASP). One network alone
cannot use up what strangers have together either.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from flask import Response, after_this_request, current_app, request
from itsdangerous import BadData, URLSafeTimedSerializer
from limits import (
    RateLimitItem,
    RateLimitItemPerDay,
    RateLimitItemPerHour,
    RateLimitItemPerMinute,
)
from werkzeug.exceptions import TooManyRequests

from app.references.email_addresses import fold_email_address
from app.services.accounts.account import fold_user_name
from app.services.accounts.sign_in.recovery import fold_sought
from app.services.refusals import Refusal
from app.views.http import access
from app.views.http.security import cookie_name, limiter, seconds_until
from app.views.http.visitors import network

Bucket = tuple[RateLimitItem, str]

FROM_ONE_NETWORK = RateLimitItemPerMinute(5, 15)
FROM_ALL_STRANGERS = RateLimitItemPerMinute(10, 15)
FROM_ONE_BROWSER = RateLimitItemPerMinute(10, 15)
FOR_ONE_NAME = RateLimitItemPerHour(5)
TO_ONE_ADDRESS = RateLimitItemPerDay(5)
COOKIE = "shortlist-known"
COOKIE_LIFE = 365 * 24 * 3600  # seconds
MAX_NAMES = 5  # that one browser is known for


def list_sign_in_buckets(name: str) -> list[Bucket]:
    """What a wrong password for this name counts against."""
    name_hash = _hash(fold_user_name(name))
    browser, names = _known()
    if name_hash in names:
        return [(FROM_ONE_BROWSER, f"browser:{name_hash}:{browser}")]
    return [
        (FROM_ONE_NETWORK, f"network:{name_hash}:{_hash(network())}"),
        (FROM_ALL_STRANGERS, f"strangers:{name_hash}"),
    ]


def list_recovery_buckets(sought: str) -> list[Bucket]:
    """What asking for a link counts against, whoever has that name or address."""
    return [(FOR_ONE_NAME, f"recovery:{_hash(fold_sought(sought))}")]


def list_mail_buckets(address: str) -> list[Bucket]:
    """What a mail counts against that is sent to an address that somebody typed."""
    return [(TO_ONE_ADDRESS, f"mail:{_hash(fold_email_address(address))}")]


def count(buckets: Sequence[Bucket]) -> None:
    """Count a failure before the password is looked at; `forgive` it when it was right.

    Else many guesses at once would all be looked at before the first is counted.

    Raises:
        TooManyRequests: when there were too many before; nothing is counted then.
    """
    if not limiter.enabled:
        return
    taken: list[Bucket] = []
    for limit, key in buckets:
        taken.append((limit, key))
        if not limiter.limiter.hit(limit, key):
            forgive(taken)
            reset = limiter.limiter.get_window_stats(limit, key).reset_time
            raise TooManyRequests(retry_after=seconds_until(reset))


def forgive(buckets: Sequence[Bucket]) -> None:
    """Take back what `count` counted.

    Earlier failures stay, also those of others.
    """
    if limiter.enabled:
        for limit, key in buckets:
            limiter.limiter.storage.incr(limit.key_for(key), limit.get_expiry(), amount=-1)


@contextmanager
def guard_current_password() -> Iterator[None]:
    """Count the block as a wrong current password, unless no refusal in it says that.

    Raises:
        TooManyRequests: when there were too many in this session; the block does not run then.
    """
    counted = [(FROM_ONE_BROWSER, f"session:{_hash(access.whose_guesses())}")]
    count(counted)
    try:
        yield
    except Refusal as refused:
        if all(each.field != "current" for each in refused.all):
            forgive(counted)
        raise
    forgive(counted)


def is_known(name: str) -> bool:
    """Whether this browser signed in to an account before."""
    return _hash(fold_user_name(name)) in _known()[1]


def remember(name: str) -> None:
    """Remember the browser that signed in to an account.

    The answer carries a cookie.
    """
    browser, names = _known()
    name_hash = _hash(fold_user_name(name))
    others = [each for each in names if each != name_hash]
    signed = _signer().dumps([browser, [*others, name_hash][-MAX_NAMES:]])

    @after_this_request
    def set_cookie(response: Response) -> Response:
        response.set_cookie(
            cookie_name(COOKIE),
            signed,
            max_age=COOKIE_LIFE,
            secure=bool(current_app.config["SESSION_COOKIE_SECURE"]),
            httponly=True,
            samesite="Lax",
        )
        return response


def _known() -> tuple[str, list[str]]:
    """The number of this browser, and the hashes of the names that it signed in to."""
    try:
        browser, names = _signer().loads(
            request.cookies.get(cookie_name(COOKIE), ""), max_age=COOKIE_LIFE
        )
    except (BadData, ValueError, TypeError):
        return secrets.token_urlsafe(12), []
    return browser, names


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.secret_key or "", salt="known browser")


def _hash(text: str) -> str:
    # With our key, so that neither the storage nor a cookie tells names to who tries them all.
    key = str(current_app.secret_key).encode()
    return hmac.new(key, text.encode("utf-8", "replace"), hashlib.sha256).hexdigest()[:32]
