"""The real server as a child process, for tests that need one."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

STARTS_WITHIN = 90  # seconds; the first start makes the math font


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


def environment(data_dir: Path, **settings: str) -> dict[str, str]:
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
    data_dir.mkdir(parents=True, exist_ok=True)
    with log.open("w") as out:
        process = subprocess.Popen(
            shortlist("demo", "--port", str(port)),
            env=environment(data_dir, **settings),
            stdout=out,
            stderr=subprocess.STDOUT,
        )
        try:
            url = f"http://127.0.0.1:{port}"
            _wait(process, url, log)
            said = log.read_text()
            yield Site(
                url,
                _after("Sign in as", said),
                _after("Password", said),
            )
        finally:
            process.terminate()
            process.wait(20)


def _wait(process: subprocess.Popen[bytes], url: str, log: Path) -> None:
    end = time.monotonic() + STARTS_WITHIN
    while time.monotonic() < end:
        if process.poll() is not None:
            break
        try:
            with urlopen(url, timeout=5):
                return
        except (URLError, ConnectionError, TimeoutError):
            time.sleep(0.1)
    raise AssertionError(f"the server did not start:\n{log.read_text()}")


def _after(label: str, text: str) -> str:
    found = re.search(rf"{label}\s+(\S+)", text)
    assert found is not None, text
    return found[1]
