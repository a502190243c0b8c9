"""Sign a writer's own export.

It proves that they have several summaries of one paper by a merge.

Nobody may make a second one by a file alone. An export says in its front matter which texts were
several, and the signature under that holds on the site that made it.
"""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime

from itsdangerous import Signer

_SALT = "shortlist further summary"


def sign(secret: str, user_id: int, key: str, created_at: datetime) -> str:
    """The signature for a file.

    Args:
        secret: the site's secret key.
        key: the paper's, as the file writes it.
        created_at: when the summary was begun, by which an import knows it again.
    """
    return _signer(secret).get_signature(_told(user_id, key, created_at)).decode()


def is_signed(
    secret: str, user_id: int, key: str, created_at: datetime | None, signature: str
) -> bool:
    """Whether this site has written just that into an export."""
    if not secret or created_at is None:
        return False
    return _signer(secret).verify_signature(
        _told(user_id, key, created_at), signature.encode("ascii", "replace")
    )


def _signer(secret: str) -> Signer:
    return Signer(secret, salt=_SALT, digest_method=hashlib.sha256)


def _told(user_id: int, key: str, created_at: datetime) -> bytes:
    return f"{user_id} {created_at.astimezone(UTC).isoformat()} {key}".encode("utf-8", "replace")
