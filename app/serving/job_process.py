"""The process that runs jobs: beside the workers of `shortlist serve`, or alone.

It gives way to those who answer readers, and ends after the step that it is at when it is told to.
"""

from __future__ import annotations

import os
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing import parent_process
from multiprocessing.connection import wait
from typing import TYPE_CHECKING

from app.serving.supervisor import SIGNALS

if TYPE_CHECKING:
    from app.db import Database

NICENESS = 10  # as that of the renderer


def work(ready: Callable[[], None]) -> None:
    """Run jobs until stopped; the settings come from the environment."""
    from app.config import Config
    from app.logs import configure_logging
    from app.server import open_database

    config = Config.from_environment()
    configure_logging(as_json=config.log_json, requests=False)
    database = open_database(config)
    ready()
    run(database)
    database.close()


def run(database: Database) -> None:
    """Run jobs until a signal, or the end of the parent process."""
    from app.services.operation.jobs import runner

    # Tests keep a machine so busy that it would never have its turn.
    os.nice(int(os.environ.get("SHORTLIST_TEST_NICENESS", str(NICENESS))))
    with _end() as ends:
        runner.run_forever(
            database,
            is_stopped=lambda: bool(wait(ends, 0)),
            wait=lambda seconds: wait(ends, seconds),
        )


@contextmanager
def _end() -> Iterator[list[socket.socket | int]]:
    """What can be read from once a signal has come, or the parent process has ended.

    A signal is a byte in a socket that nobody reads, so that none is lost, whatever runs when it
    comes.
    """
    woken, waker = socket.socketpair()
    waker.setblocking(False)
    signal.set_wakeup_fd(waker.fileno(), warn_on_full_buffer=False)
    before = {number: signal.signal(number, lambda *_: None) for number in SIGNALS}
    parent = parent_process()
    try:
        yield [woken, *([parent.sentinel] if parent is not None else [])]
    finally:
        signal.set_wakeup_fd(-1)
        for number, handler in before.items():
            signal.signal(number, handler)
        woken.close()
        waker.close()
