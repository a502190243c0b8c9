"""What waits for a thread, in which order, and for how long."""

from __future__ import annotations

import asyncio
from threading import Event

import pytest

from app.serving.limits import Limits
from app.serving.pool import Overloaded, Pool
from app.serving.waiting_line import Lane
from tests.helpers.loops import run_in_thread
from tests.helpers.waiting import SAFETY

PATIENT = {"read_seconds": SAFETY, "overload_seconds": SAFETY, "write_seconds": SAFETY}


async def hold(pool: Pool) -> tuple[asyncio.Future[object], Event]:
    """Let the only thread work until the event is set."""
    begun, end = Event(), Event()
    held = pool.run(Lane.PROBE, lambda: (begun.set(), end.wait(SAFETY)))
    await asyncio.to_thread(begun.wait, SAFETY)
    return held, end


def test_many_of_one_kind_keep_no_others_waiting() -> None:
    async def run() -> list[str]:
        pool, done = Pool(asyncio.get_running_loop(), Limits(threads=1, waiting=3, **PATIENT)), []
        _, end = await hold(pool)
        lanes = [Lane.WRITE] * 3 + [Lane.READ] * 3 + [Lane.PROBE]
        jobs = [pool.run(lane, lambda name=lane.name: done.append(name)) for lane in lanes]
        assert [lane.name for lane in Lane if pool.is_full(lane)] == ["READ", "WRITE"]
        end.set()
        await asyncio.gather(*jobs)
        assert not any(map(pool.is_full, Lane))
        return done

    first, *others = run_in_thread(run())
    assert first == "PROBE"
    assert sorted(others[:2]) == sorted(others[2:4]) == ["READ", "WRITE"]


def test_who_waited_too_long_is_told_and_nothing_is_done() -> None:
    async def run() -> None:
        limits = Limits(threads=1, **{**PATIENT, "read_seconds": 0.0})
        pool, done = Pool(asyncio.get_running_loop(), limits), []
        _, end = await hold(pool)
        read = pool.run(Lane.READ, lambda: done.append("read"))
        write = pool.run(Lane.WRITE, lambda: done.append("write"))
        end.set()
        await write
        with pytest.raises(Overloaded):
            await read
        assert done == ["write"]

    run_in_thread(run())


@pytest.mark.parametrize("is_overload", [False, True])
def test_one_page_is_made_at_a_time(monkeypatch: pytest.MonkeyPatch, is_overload: bool) -> None:
    async def run() -> None:
        pool = Pool(asyncio.get_running_loop(), Limits(threads=4, **PATIENT))
        pool._queues[Lane.READ].is_overload = is_overload
        begun: list[int] = []
        end = Event()
        reads = [
            pool.run(Lane.READ, lambda each=each: (begun.append(each), end.wait(SAFETY)))
            for each in range(2)
        ]
        await pool.run(Lane.WRITE, lambda: None)  # there is a thread for who sends something
        while not begun:
            await pool.run(Lane.WRITE, lambda: None)
        assert begun == [0]
        end.set()
        await asyncio.gather(*reads)
        assert begun == [0, 1]

    for name in ("TURN_SECONDS", "TURN_SECONDS_IN_OVERLOAD"):
        monkeypatch.setattr(f"app.serving.pool.{name}", SAFETY)
    run_in_thread(run())


@pytest.mark.parametrize("is_overload", [False, True])
def test_a_page_that_takes_long_holds_nobody_up(
    monkeypatch: pytest.MonkeyPatch, is_overload: bool
) -> None:
    async def run() -> None:
        pool = Pool(asyncio.get_running_loop(), Limits(threads=2, **PATIENT))
        pool._queues[Lane.READ].is_overload = is_overload
        end = Event()
        long = pool.run(Lane.READ, lambda: end.wait(SAFETY))
        # Nobody else comes meanwhile, so that the end of a turn must be noticed without that.
        await asyncio.wait_for(pool.run(Lane.READ, lambda: None), SAFETY)
        assert not long.done()
        end.set()
        await long

    for name in ("TURN_SECONDS", "TURN_SECONDS_IN_OVERLOAD"):
        monkeypatch.setattr(f"app.serving.pool.{name}", 0.01)
    run_in_thread(run())


def test_the_last_reader_is_answered_while_too_many_come() -> None:
    async def run() -> None:
        pool, done = Pool(asyncio.get_running_loop(), Limits(threads=1, **PATIENT)), []
        held, end = await hold(pool)
        pool._queues[Lane.READ].is_overload = True
        reads = [pool.run(Lane.READ, lambda each=each: done.append(each)) for each in range(3)]
        assert pool.admit(Lane.READ)  # no wait grows by that
        writes = [pool.run(Lane.WRITE, lambda: done.append("write")) for _ in range(2)]
        for early in reads[:2]:  # they are told before the thread is free
            with pytest.raises(Overloaded):
                await early
        assert not held.done()
        end.set()
        await asyncio.gather(reads[2], *writes)
        assert sorted(map(str, done)) == ["2", "write", "write"]

    run_in_thread(run())


@pytest.mark.parametrize("error", [StopIteration, SystemExit, asyncio.CancelledError])
def test_what_no_future_can_hold_is_told_as_an_error(error: type[BaseException]) -> None:
    """Else the client would wait without end, or the whole worker would end."""

    def fail() -> None:
        raise error

    async def run() -> None:
        pool = Pool(asyncio.get_running_loop(), Limits(threads=1))
        with pytest.raises(RuntimeError) as raised:
            await asyncio.wait_for(pool.run(Lane.READ, fail), SAFETY)
        assert isinstance(raised.value.__cause__, error)
        assert await pool.run(Lane.READ, lambda: "next") == "next"

    run_in_thread(run())
