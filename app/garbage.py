"""When Python looks for objects that only name each other.

By itself it does so in the middle of whatever allocates. In CPython 3.11 this has ended the process
while SQLAlchemy made instances for a paper with hundreds of authors. Workers look for them between
two requests instead, by the thresholds of the `gc` module.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def uncollected() -> Iterator[None]:
    """Collect nothing while millions of objects are made, and hardly a circle among them.

    Looking takes a tenth of the time in which the program is loaded, and a fifth of the time in
    which fontTools makes a font.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def collect_on_demand() -> None:
    """Collect now, and from now on only in `collect_due`.

    What is there after the start stays to the end, so it is not looked at again.
    """
    gc.collect()
    gc.freeze()
    gc.disable()


def collect_due() -> None:
    """Collect the oldest generation whose threshold is passed, if any is."""
    counts, thresholds = gc.get_count(), gc.get_threshold()
    for generation in (2, 1, 0):
        if counts[generation] > thresholds[generation]:
            gc.collect(generation)
            return
