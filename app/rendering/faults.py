"""Faults of ours in the renderer: they are logged, and stop no render."""

from __future__ import annotations

import logging
import traceback
from collections import Counter

SENTENCE = "Something broke on our side. We’ve logged it."

_log = logging.getLogger(__name__)
_counts: Counter[str] = Counter()


def log_fault(error: BaseException) -> None:
    """Count an exception that nobody expected, and log where it came from.

    Its own words are left out: what stands in them may be somebody's private text. A fault is
    logged when it happens the first, tenth, hundredth time: a text may have thousands of formulas.
    """
    where = "".join(traceback.format_tb(error.__traceback__))
    told = f"{type(error).__name__}\n{where}"
    _counts[told] += 1
    number = _counts[told]
    if str(number).strip("0") == "1":
        _log.error("Fault %d in rendering: %s", number, told)


def count_faults() -> int:
    """How many faults there were in this process."""
    return _counts.total()
