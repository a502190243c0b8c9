"""What a check finds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from app.config import Config
from app.db import Database

OK, WARNING, FAULT = "ok", "warning", "fault"


@dataclass(frozen=True)
class Diagnosis:
    """What a check found.

    Args:
        level: `OK`, `WARNING` or `FAULT`.
        about: what was checked, in a word or two.
        says: what is so.
        mend: what to do about it; empty when nothing needs to be done.
    """

    level: str
    about: str
    says: str
    mend: str = ""


Check = Callable[[Config, Database], Iterator[Diagnosis]]
