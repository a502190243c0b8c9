"""Email addresses, as forms take them (a part of RFC 5321, section 4.1.2)."""

from __future__ import annotations

import re

MAX_CHARS = 254
MAX_LOCAL = 64  # characters before the @
_LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_DOMAIN = re.compile(r"(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z][A-Za-z0-9-]*")


def parse_email_address(text: str) -> str | None:
    """The address that somebody typed, its domain in ASCII and lower case.

    `None` for what is none. Quoted names before the @, numbers in brackets after it, and names that
    are not in ASCII are not taken.
    """
    local, at, domain = text.strip().rpartition("@")
    try:
        domain = domain.encode("idna").decode("ascii").lower()
    except UnicodeError:
        return None
    address = f"{local}@{domain}"
    if not at or len(local) > MAX_LOCAL or len(address) > MAX_CHARS:
        return None
    is_one = _LOCAL.fullmatch(local) and _DOMAIN.fullmatch(domain)
    return address if is_one and not domain.endswith("-") else None


def fold_email_address(text: str) -> str:
    """An address as addresses are compared: mail servers take capitals for small letters."""
    return (parse_email_address(text) or text.strip()).lower()
