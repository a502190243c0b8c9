"""The server stops at any moment, leaves nobody behind, and does without a worker that died."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from tests.helpers.running import serving

BY_SIGNAL = {0, -signal.SIGTERM, -signal.SIGINT}  # what a supervisor of services calls clean


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("served")


ANY = pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=["TERM", "INT"])


@ANY
def test_before_anything_is_said(data_dir: Path, number: int) -> None:
    with serving(data_dir) as serve:
        serve.process.send_signal(number)
        assert serve.ended() in BY_SIGNAL


@pytest.mark.slow
@ANY
def test_while_it_makes_the_fonts(tmp_path: Path, number: int) -> None:
    with serving(tmp_path / "new", new=True) as serve:
        serve.until_line("Making the fonts")
        serve.process.send_signal(number)
        assert serve.ended() in BY_SIGNAL


@pytest.mark.slow
@ANY
@pytest.mark.parametrize("count", [1, 2])
def test_while_the_workers_load(data_dir: Path, number: int, count: int) -> None:
    """Here a signal was lost: a worker did not end at it yet, and did not note it either."""
    with serving(data_dir, 2) as serve:
        serve.until_forked(count)
        serve.process.send_signal(number)
        assert serve.ended() in BY_SIGNAL


@pytest.mark.slow
@ANY
@pytest.mark.parametrize("workers", [1, 2])
def test_right_after_the_address(data_dir: Path, number: int, workers: int) -> None:
    with serving(data_dir, workers) as serve:
        serve.until_line("Shortlist:")
        serve.process.send_signal(number)
        assert serve.ended() == 0


@pytest.mark.slow
def test_the_address_is_told_when_somebody_listens(data_dir: Path) -> None:
    with serving(data_dir, 2) as serve:
        serve.until_line("Shortlist:")
        with serve.connect("GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n") as client:
            assert client.recv(15) == b"HTTP/1.1 200 OK"
            serve.process.terminate()
            assert serve.ended() == 0


@pytest.mark.slow
def test_with_clients_that_do_not_end(data_dir: Path) -> None:
    """Idle, in the middle of a head, in the middle of a body."""
    post = "POST /login HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 9\r\n\r\n"
    with serving(data_dir) as serve:
        serve.until_line("Shortlist:")
        with serve.connect(""), serve.connect("GET /"), serve.connect(post) as client:
            with serve.connect(post.replace("9", "0")) as after:
                after.recv(1)  # the one before is read
            serve.process.terminate()
            assert client.recv(12) == b"HTTP/1.1 408"
            assert serve.ended() == 0


@pytest.mark.slow
def test_a_worker_that_dies_is_replaced(data_dir: Path) -> None:
    with serving(data_dir, 1) as serve:
        serve.until_line("Shortlist:")
        [first] = serve.until_forked(1)[:1]
        os.kill(first, signal.SIGKILL)
        while first in serve.until_forked(1):
            pass
        serve.process.terminate()  # while the new one loads
        assert serve.ended() == 0


@pytest.mark.slow
def test_killed_it_leaves_no_worker(data_dir: Path) -> None:
    with serving(data_dir, 2) as serve:
        serve.until_line("Shortlist:")
        serve.process.kill()
        assert serve.ended() == -signal.SIGKILL


@pytest.mark.slow
def test_a_worker_that_cannot_begin_ends_it(data_dir: Path) -> None:
    """Nobody waits for an address that will never come."""
    with serving(data_dir, 1) as serve:
        os.kill(serve.until_forked(1)[0], signal.SIGKILL)
        assert serve.ended() == 1
