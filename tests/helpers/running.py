"""The real server as a child process, for tests that need one."""

from __future__ import annotations

import atexit
import fcntl
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from types import MappingProxyType
from urllib.error import URLError
from urllib.request import urlopen

from app.db import Database
from app.services.operation.fonts.files import ensure_fonts
from tests.helpers.engines import copy_database
from tests.helpers.waiting import SAFETY, wait_until

NO_BACKUPS = {"SHORTLIST_BACKUP_KEEP": "0"}  # each server would begin with one
SECRET = "a key for tests only, long enough"
_SHARED = "SHORTLIST_TEST_SHARED"


@dataclass(frozen=True)
class Site:
    url: str
    user: str
    password: str


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def shortlist(*arguments: str) -> list[str]:
    """The command line of the program, run by this Python."""
    return [sys.executable, "-c", "from app.cli import main; main()", *arguments]


@cache
def shared_folder() -> Path:
    """The folder of a run: the processes that this one starts later have the same."""
    if _SHARED not in os.environ:
        os.environ[_SHARED] = mkdtemp(prefix="shortlist-tests-")
        atexit.register(shutil.rmtree, os.environ[_SHARED], ignore_errors=True)
    return Path(os.environ[_SHARED])


def make_once(name: str, make: Callable[[Path], object]) -> Path:
    """A folder that is filled by whoever needs it first; the others wait for that.

    Args:
        name: of the folder.
        make: fills the folder that it is given, which is there and empty.
    """
    folder = shared_folder() / name
    with (shared_folder() / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            begun = Path(mkdtemp(dir=shared_folder()))
            make(begun)
            begun.rename(folder)
    return folder


def provide_fonts(data_dir: Path) -> None:
    """Put the fonts where the program would make them."""
    shutil.copytree(make_once("fonts", ensure_fonts), data_dir / "fonts", dirs_exist_ok=True)


def provide_sample(data_dir: Path) -> None:
    """Put into a data directory what `shortlist demo` makes of an empty one."""
    shutil.copytree(make_once("sample", _run_demo), data_dir, dirs_exist_ok=True)


def _run_demo(data_dir: Path) -> None:
    with demo(data_dir):
        pass


def make_installation(data_dir: Path, template: Database) -> Database:
    """The library that the program would make, as fast as copying: the caller closes it.

    Without fonts, which only servers need (`provide_fonts`).
    """
    data_dir.mkdir(parents=True, exist_ok=True)
    found = Database(f"sqlite:///{data_dir / 'shortlist.sqlite3'}", data_dir=data_dir)
    copy_database(template, found)
    return found


def environment(data_dir: Path, **settings: str) -> dict[str, str]:
    """The environment of a program whose installation is in `data_dir`."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("SHORTLIST_") or name == "SHORTLIST_TEST_NICENESS"
    }
    ours = {
        "SHORTLIST_DATA_DIR": str(data_dir),
        "SHORTLIST_LOOKUPS": "off",
        "PYTHONUNBUFFERED": "1",
    }
    return {**kept, **ours, **settings}


@contextmanager
def demo(data_dir: Path, **settings: str) -> Iterator[Site]:
    """`shortlist demo` on a free port, until the block ends."""
    port = free_port()
    log = data_dir / "demo.log"
    provide_fonts(data_dir)
    with log.open("w") as out:
        process = subprocess.Popen(
            shortlist("demo", "--port", str(port)),
            env=environment(data_dir, **NO_BACKUPS, **settings),
            stdout=out,
            stderr=subprocess.STDOUT,
        )
        try:
            url = f"http://127.0.0.1:{port}"
            until_it_answers(process, url, log)
            said = log.read_text()
            yield Site(
                url,
                _after("Sign in as", said),
                _after("Password", said),
            )
        finally:
            process.terminate()
            process.wait(SAFETY)


class Serve:
    """`shortlist serve`, and what it says."""

    def __init__(
        self,
        data_dir: Path,
        workers: int,
        options: Sequence[str],
        settings: Mapping[str, str],
        port: int | None = None,
    ) -> None:
        self.port = free_port() if port is None else port
        self.process = subprocess.Popen(
            shortlist("serve", "--port", str(self.port), "--workers", str(workers), *options),
            env=environment(data_dir, **{"SHORTLIST_SECRET_KEY": SECRET, **NO_BACKUPS, **settings}),
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def until_line(self, start: str) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if line.startswith(start):
                return
        raise AssertionError(f"{start!r} was never said")

    def until_forked(self, count: int) -> list[int]:
        """The processes of the workers, as soon as there are so many."""
        path = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        while self.process.poll() is None:
            found = path.read_text().split()
            if len(found) >= count:
                return [int(each) for each in found]
        raise AssertionError("it ended by itself")

    def connect(self, said: str) -> socket.socket:
        client = socket.create_connection(("127.0.0.1", self.port), SAFETY)
        client.sendall(said.encode())
        return client

    def ended(self) -> int:
        """The exit code, when the program and all its workers have ended and the port is free."""
        code = self.process.wait(SAFETY)
        assert self.process.stdout is not None
        self.process.stdout.read()  # to its end, which comes when no worker can write any more
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", self.port))
        return code


@contextmanager
def serving(
    data_dir: Path,
    workers: int = 1,
    options: Sequence[str] = (),
    *,
    new: bool = False,
    settings: Mapping[str, str] = MappingProxyType({}),
    port: int | None = None,
) -> Iterator[Serve]:
    """`shortlist serve`, until the block ends.

    Args:
        data_dir, workers, options: what it is given.
        settings: further variables of its environment.
        new: whether nothing is in `data_dir`, not even the fonts.
        port: a free one if not given.
    """
    if not new:
        provide_fonts(data_dir)
    # Who is started in the background ignores Ctrl-C, and so would all that it starts.
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    serve = Serve(data_dir, workers, options, settings, port)
    try:
        yield serve
    finally:
        if serve.process.poll() is None:
            os.killpg(serve.process.pid, signal.SIGKILL)
            serve.process.wait()
        assert serve.process.stdout is not None
        serve.process.stdout.close()


def until_it_answers(process: subprocess.Popen[bytes], url: str, log: Path | None = None) -> None:
    """Wait until a server that was just started answers; what it said tells why it does not."""

    def answers() -> bool:
        if process.poll() is not None:
            raise AssertionError(f"the server ended:\n{log.read_text() if log else ''}")
        try:
            with urlopen(url, timeout=5):
                return True
        except (URLError, ConnectionError, TimeoutError):
            return False

    wait_until(answers, f"an answer of the server at {url}")


def _after(label: str, text: str) -> str:
    found = re.search(rf"{label}\s+(\S+)", text)
    assert found is not None, text
    return found[1]
