"""Random tokens that prove something to the server, which keeps only their hashes."""

from __future__ import annotations

import hashlib
import secrets


def make_secret() -> str:
    """A token of 256 random bits, as they can stand in an address."""
    return secrets.token_urlsafe(32)


def hash_token(token: str) -> str:
    """What is kept of a token."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
