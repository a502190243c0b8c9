"""When a worker looks for objects that only name each other."""

from __future__ import annotations

import asyncio
import gc
import weakref
from collections.abc import Iterator

import pytest

from app.garbage import collect_due, collect_on_demand, uncollected
from app.serving.limits import Limits
from app.serving.pool import Lane, Pool
from tests.helpers.loops import run_in_thread


class Ring:
    """An object that names itself."""

    def __init__(self) -> None:
        self.ring = self


@pytest.fixture(autouse=True)
def on_demand() -> Iterator[None]:
    thresholds = gc.get_threshold()
    collect_on_demand()
    yield
    gc.set_threshold(*thresholds)
    gc.enable()
    gc.collect()


def _make_rings(count: int) -> weakref.ref[Ring]:
    rings = [Ring() for _ in range(count)]
    return weakref.ref(rings[0])


@pytest.mark.parametrize("is_enabled", [True, False])
def test_loading_leaves_the_collector_as_it_was(is_enabled: bool) -> None:
    if is_enabled:
        gc.enable()
    with uncollected():
        assert not gc.isenabled()
    assert gc.isenabled() is is_enabled


def test_nothing_is_collected_while_objects_are_made() -> None:
    ring = _make_rings(gc.get_threshold()[0] * 3)
    assert ring() is not None


def test_what_is_due_is_collected() -> None:
    ring = _make_rings(gc.get_threshold()[0] * 3)
    collect_due()
    assert ring() is None


def test_nothing_is_collected_before_it_is_due() -> None:
    gc.set_threshold(1_000_000, 1_000_000, 1_000_000)
    ring = _make_rings(10)
    collect_due()
    assert ring() is not None


def test_older_generations_have_their_turn() -> None:
    gc.set_threshold(10, 2, 2)
    ring = Ring()
    kept = weakref.ref(ring)
    gc.collect(0)
    gc.collect(1)  # it is in the oldest generation now
    del ring
    for _ in range(10):
        _make_rings(20)
        collect_due()
    assert kept() is None


def test_a_thread_collects_after_its_work() -> None:
    async def run() -> None:
        pool = Pool(asyncio.get_running_loop(), Limits(threads=1))
        ring = await pool.run(Lane.READ, lambda: _make_rings(gc.get_threshold()[0] * 3))
        # By the time that the second is answered, the thread has ended its first turn.
        await pool.run(Lane.READ, lambda: None)
        assert isinstance(ring, weakref.ref)
        assert ring() is None

    run_in_thread(run())
