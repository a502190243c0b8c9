"""A render can be stopped, and the process that asked for it goes on."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from array import array
from collections.abc import Callable, Iterator
from fcntl import ioctl
from pathlib import Path
from termios import TIOCOUTQ

import pytest

from app.references.identifiers import PaperRef
from app.rendering import (
    KnownPapers,
    RendererBusy,
    RenderError,
    faults,
    markdown,
    preview,
    render,
    short_texts,
)
from app.rendering.sandbox import child, processes
from app.rendering.sandbox.child import Children
from app.rendering.sandbox.processes import Renderer
from tests.helpers.samples.hostile import HOSTILE
from tests.helpers.waiting import wait_until

SLOW = HOSTILE["growing backticks"]


@pytest.fixture
def renderer() -> Iterator[Renderer]:
    found = Renderer()
    yield found
    found.stop()


@pytest.fixture
def hasty() -> Iterator[Renderer]:
    """A renderer that gives a text less time than a slow one takes."""
    found = Renderer(seconds=0.02)
    yield found
    found.stop()


def process(renderer: Renderer) -> int:
    assert renderer._process is not None
    return renderer._process.pid


def has_text(renderer: Renderer) -> bool:
    """Whether the child was sent something that it has not read."""
    assert renderer._pipe is not None
    unread = array("i", [0])
    ioctl(renderer._pipe.fileno(), TIOCOUTQ, unread)
    return unread[0] > 0


def test_the_answer_is_that_of_the_function() -> None:
    text = "# A\n\n$x$ and [it](/paper/a/b#mira) and **b**.\n\n$$\n\\frac\n$$"
    assert render(text, id_prefix="x-") == markdown.render(text, id_prefix="x-")
    assert preview(text, id_prefix="x-") == markdown.preview(text, id_prefix="x-")
    assert processes.render_inline("a $x$ <b>") == short_texts.render_inline("a $x$ <b>")
    assert processes.render_plain("a\n\n$x$ <b>") == short_texts.render_plain("a\n\n$x$ <b>")
    takeaway = "*a* $\\frac$"
    assert processes.render_takeaway(takeaway) == short_texts.render_takeaway(takeaway)
    assert processes.preview_takeaway(takeaway) == short_texts.preview_takeaway(takeaway)
    assert processes.preview_takeaway("") == short_texts.preview_takeaway("") == ("", ())


def test_the_child_asks_for_papers_once() -> None:
    asked = []

    def find(refs: frozenset[PaperRef]) -> KnownPapers:
        asked.append(refs)
        return KnownPapers({PaperRef("arxiv", "1506.01497"): "a/b"}, {"a/b": "Ren et al. 2015"})

    text = "\\cite{a/b} and https://arxiv.org/abs/1506.01497 and [it](/paper/c/d#mira)"
    rendered = render(text, find=find)
    refs = (("key", "a/b"), ("arxiv", "1506.01497"), ("key", "c/d"))
    assert asked == [frozenset(PaperRef(*ref) for ref in refs)]
    assert rendered.html.count(">Ren et al. 2015<") == 2
    assert rendered == markdown.render(text, find=find)
    asked.clear()
    render("no [link](https://e.org) to a paper", find=find)
    assert asked == []


def test_when_the_library_cannot_be_asked_the_fault_is_told(renderer: Renderer) -> None:
    def find(refs: frozenset[PaperRef]) -> KnownPapers:
        raise ConnectionError("no database")

    with pytest.raises(ConnectionError, match="no database"):
        processes.call_renderer(renderer, "render", "\\cite{a/b}", find)
    assert "<p" in processes.call_renderer(renderer, "render", "\\cite{a/b}").html


def test_refusals_come_through_with_their_line(renderer: Renderer) -> None:
    with pytest.raises(RenderError) as caught:
        processes.call_renderer(renderer, "render", "fine\n\n" + "> " * 40 + "x")
    assert caught.value.line == 3


@pytest.mark.slow
def test_a_text_that_takes_too_long_is_stopped(hasty: Renderer) -> None:
    for _ in range(2):
        with pytest.raises(RenderError, match="takes too long"):
            processes.call_renderer(hasty, "render", SLOW)
        assert "<p" in processes.call_renderer(hasty, "render", "fine").html


def test_one_child_serves_many_texts(renderer: Renderer) -> None:
    processes.call_renderer(renderer, "render", "a")
    before = process(renderer)
    processes.call_renderer(renderer, "render", "b")
    assert process(renderer) == before


def test_a_child_that_was_killed_between_two_texts_is_replaced(renderer: Renderer) -> None:
    processes.call_renderer(renderer, "render", "a")
    os.kill(process(renderer), signal.SIGKILL)
    os.waitid(os.P_PID, process(renderer), os.WEXITED | os.WNOWAIT)
    assert "<p" in processes.call_renderer(renderer, "render", "b").html


def test_a_child_that_dies_of_a_text_refuses_it(renderer: Renderer) -> None:
    processes.call_renderer(renderer, "render", "a")
    os.kill(process(renderer), signal.SIGSTOP)

    def kill_with_a_text() -> None:
        wait_until(lambda: has_text(renderer), "a text for it to read")
        os.kill(process(renderer), signal.SIGKILL)

    killer = threading.Thread(target=kill_with_a_text)
    killer.start()
    with pytest.raises(RenderError, match="is too much"):
        processes.call_renderer(renderer, "render", "b")
    killer.join()
    assert "<p" in processes.call_renderer(renderer, "render", "c").html


def test_a_fault_of_ours_refuses_the_text_in_plain_words(
    renderer: Renderer, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(RenderError, match="on our side"):
        processes.call_renderer(renderer, "render", None)
    assert "<p" in processes.call_renderer(renderer, "render", "fine").html
    assert "Fault 1 in rendering: AttributeError" in capfd.readouterr().err


def test_a_fault_beyond_the_function_is_one_too(
    renderer: Renderer, caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(RenderError, match="on our side"):
        processes.call_renderer(renderer, "nothing of this name", "fine")
    assert "Fault" in caplog.text


@pytest.mark.parametrize("function", [processes.render_inline, processes.render_plain])
def test_a_fault_in_our_own_process_is_plain_too(
    function: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise KeyError("private")

    monkeypatch.setattr(short_texts, "Formulas", fail)
    before = faults.count_faults()
    with pytest.raises(RenderError, match="on our side"):
        function("without formulas")
    assert faults.count_faults() == before + 1


def test_without_room_for_a_child_the_writer_is_told(
    renderer: Renderer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise BlockingIOError(11, "Resource temporarily unavailable")

    with monkeypatch.context() as without:
        without.setattr(subprocess, "Popen", fail)
        with pytest.raises(RendererBusy):
            processes.call_renderer(renderer, "render", "a")
    assert "<p" in processes.call_renderer(renderer, "render", "a").html


def test_a_child_that_does_not_start_is_not_waited_for(
    renderer: Renderer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(child, "MAX_START_SECONDS", 0)
    with pytest.raises(RendererBusy):
        processes.call_renderer(renderer, "render", "a")
    monkeypatch.undo()
    assert "<p" in processes.call_renderer(renderer, "render", "a").html


def test_when_all_are_busy_the_writer_is_told() -> None:
    with pytest.raises(RendererBusy, match="Try again"):
        processes.call_renderer(Children(waits=0.01), "render", "a")


def test_only_a_few_wait_for_a_preview(renderer: Renderer) -> None:
    """Else those who read would find no thread of the server free."""
    few = Children(renderer, waits=60, at_once=2)
    processes.call_renderer(renderer, "render", "a")
    os.kill(process(renderer), signal.SIGSTOP)
    waiting = [
        threading.Thread(target=processes.call_renderer, args=(few, "render", "a"))
        for _ in range(2)
    ]
    for each in waiting:
        each.start()
    wait_until(lambda: not few._turns._value, "both wait")
    with pytest.raises(RendererBusy):
        processes.call_renderer(few, "render", "b")
    os.kill(process(renderer), signal.SIGCONT)
    for each in waiting:
        each.join()
    assert "<p" in processes.call_renderer(few, "render", "c").html


def test_an_answer_that_does_not_come_is_not_waited_for(
    renderer: Renderer, monkeypatch: pytest.MonkeyPatch
) -> None:
    processes.call_renderer(renderer, "render", "a")
    monkeypatch.setattr(renderer, "_within", 0.05)
    os.kill(process(renderer), signal.SIGSTOP)
    with pytest.raises(RendererBusy):
        processes.call_renderer(renderer, "render", "b")
    monkeypatch.undo()
    assert "<p" in processes.call_renderer(renderer, "render", "c").html


@pytest.mark.slow
def test_a_preview_gives_way_to_everybody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SHORTLIST_TEST_NICENESS", raising=False)
    previews, kept = processes._work.of("preview"), processes._work.of("render")
    assert previews is processes._work.of("preview_takeaway")
    assert previews is not kept
    for renderers, policy, niceness in (
        (previews, os.SCHED_IDLE, 0),
        (kept, os.SCHED_OTHER, processes.NICENESS),
    ):
        renderers.stop()  # with the settings of tests
        processes.call_renderer(renderers, "render", "a")
        child = process(renderers._all[0])
        assert os.sched_getscheduler(child) == policy
        assert os.getpriority(os.PRIO_PROCESS, child) - os.getpriority(os.PRIO_PROCESS, 0) in (
            niceness,
            19 - os.getpriority(os.PRIO_PROCESS, 0),
        )
        renderers.stop()


@pytest.mark.slow
def test_children_end_with_whoever_started_them() -> None:
    program = (
        "import os; from app.rendering.sandbox import processes; processes.render('a');"
        "print(processes._work.kept._all[-1]._process.pid, flush=True); os.kill(os.getpid(), 9)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        cwd=Path(__file__).parents[3],
    )
    child = int(done.stdout)
    end = threading.Event()
    for _ in range(200):
        if not Path(f"/proc/{child}").exists():
            return
        end.wait(0.05)
    state = Path(f"/proc/{child}/stat").read_text().split(")")[-1].split()[0]
    assert state == "Z", "the child lives on"
