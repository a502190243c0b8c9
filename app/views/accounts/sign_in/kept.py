"""What is remembered in a browser's session while somebody proves who they are."""

from __future__ import annotations

import time
from typing import Any

from flask import session


def keep(what: str, **values: Any) -> None:
    """Remember this until it is taken, or forgotten."""
    session[what] = {**values, "at": int(time.time())}


def find(what: str, seconds: int) -> dict[str, Any] | None:
    """What is kept.

    Args:
        seconds: for which it counts.
    """
    kept = session.get(what)
    if not isinstance(kept, dict) or kept.get("at", 0) < time.time() - seconds:
        return None
    return kept


def take(what: str, seconds: int) -> dict[str, Any] | None:
    """What is kept, for the last time."""
    found = find(what, seconds)
    session.pop(what, None)
    return found
