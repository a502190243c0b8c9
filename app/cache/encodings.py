"""Which encoding of an answer a client gets."""

from __future__ import annotations

from collections.abc import Container
from functools import lru_cache

from werkzeug.http import parse_accept_header

ENCODINGS = ("br", "gzip")  # the smallest first
MAX_ACCEPTED = 200  # characters; browsers say some 20


def choose_encoding(accepted: str, offered: Container[str]) -> str:
    """The smallest encoding that a client takes; empty for the plain answer.

    Args:
        accepted: the request's `Accept-Encoding` (RFC 9110, section 12.5.3). Of its weights only 0
            counts, for nobody ranks what they take otherwise.
        offered: the encodings that there are.
    """
    if len(accepted) > MAX_ACCEPTED:
        return ""
    return next((each for each in _taken(accepted) if each in offered), "")


@lru_cache(maxsize=1000)  # browsers say the same each time
def _taken(accepted: str) -> tuple[str, ...]:
    weights = dict(parse_accept_header(accepted))
    return tuple(each for each in ENCODINGS if weights.get(each, 0) > 0)
