"""A function runs in a process of its own, within limits of time and memory."""

from __future__ import annotations

import os
import signal
import tempfile
from collections.abc import Callable, Iterator

import pytest

from app.rendering.sandbox.child import Child, Children, ResourceLimitExceeded


class Refusal(ValueError):
    """What a function here may answer besides."""


def _repeated(text: str, times: int = 1) -> str:
    return text * times


def _refuse() -> None:
    raise Refusal("no")


def _fail() -> None:
    raise KeyError("ours")


def _spin() -> None:
    while True:
        pass


def _fill() -> None:
    held = []
    while True:
        held.append(bytearray(10_000_000))


def _told(ask: Callable[[int], int]) -> int:
    return ask(1) + ask(2)


def _content(number: int) -> bytes:
    with os.fdopen(number, "rb") as file:
        file.seek(0)
        return file.read()


FUNCTIONS = {
    function.__name__: function
    for function in (_repeated, _refuse, _fail, _spin, _fill, _told, _content)
}
REFUSALS = (Refusal,)


@pytest.fixture
def child() -> Iterator[Child]:
    found = Child(__name__, seconds=20)
    yield found
    found.stop()


def test_what_a_function_answers(child: Child) -> None:
    assert child.call("_repeated", "a", times=3) == "aaa"
    with pytest.raises(Refusal, match="no"):
        child.call("_refuse")
    with pytest.raises(RuntimeError, match="KeyError: 'ours'"):
        child.call("_fail")
    assert child.call("_repeated", "b") == "b"


def test_it_may_ask_as_often_as_it_likes(child: Child) -> None:
    assert child.call("_told", answers={"ask": lambda number: 10 * number}) == 30


def test_more_memory_than_it_may_have(child: Child) -> None:
    with pytest.raises(ResourceLimitExceeded) as caught:
        child.call("_fill")
    assert caught.value.reason == "memory"
    assert child.call("_repeated", "a") == "a"


def test_more_time_for_a_call_than_it_may_have() -> None:
    child = Child(__name__, seconds=0.05)
    with pytest.raises(ResourceLimitExceeded) as caught:
        child.call("_spin")
    assert caught.value.reason == "time"
    assert child.call("_repeated", "a") == "a"  # another one
    child.stop()


@pytest.mark.slow
def test_more_time_for_all_than_it_may_have() -> None:
    child = Child(__name__, seconds=60, lifetime=1, lasts=False)
    with pytest.raises(ResourceLimitExceeded) as caught:
        child.call("_spin")
    assert caught.value.reason == "time"
    child.stop()


def test_one_that_remembers_is_not_replaced() -> None:
    child = Child(__name__, seconds=20, lasts=False)
    child.call("_repeated", "a")
    assert child._process is not None
    os.kill(child._process.pid, signal.SIGKILL)
    child._process.wait()
    for _ in range(2):
        with pytest.raises(ResourceLimitExceeded):
            child.call("_repeated", "a")


def test_it_inherits_the_files_that_are_named() -> None:
    with tempfile.TemporaryFile() as file:
        file.write(b"Text.")
        file.flush()
        child = Child(__name__, seconds=20, files=[file.fileno()])
        assert child.call("_content", file.fileno()) == b"Text."
        child.stop()


def test_several_share_the_work(child: Child) -> None:
    children = Children(child, waits=1)
    assert children.call("_repeated", "a", times=2) == "aa"
    children.stop()
    assert child._process is None


def test_a_child_whose_parent_has_ended_says_nothing(
    child: Child, capfd: pytest.CaptureFixture[str]
) -> None:
    child._spawn()
    process, pipe = child._process, child._pipe
    assert process is not None
    assert pipe is not None
    pipe.close()  # before the child is ready
    assert process.wait(timeout=60) == 0
    assert capfd.readouterr().err == ""
