"""A worker with a small app and small limits, as a process of its own: `running(…)`."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import gettempdir
from typing import Any

from tests.helpers.running import free_port
from tests.helpers.waiting import SAFETY

ROOT = Path(__file__).parents[2]
ALLOWED = 3000  # bytes that /large takes


def app(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
    """Answers with what came in, and waits at /wait until somebody asks for /go."""
    path = environ["PATH_INFO"]
    kind = ("Content-Type", "text/plain")
    if path == "/broken":
        raise ValueError("broken")
    if path == "/wait":
        with socket.create_connection(("127.0.0.1", int(environ["QUERY_STRING"]))) as told:
            told.sendall(b"I wait")
            told.recv(1)
    if path == "/big":
        start("200 OK", [kind, ("Content-Length", "30000000")])
        return (b"x" * 10_000 for _ in range(3000))
    if path == "/medium":
        start("200 OK", [kind, ("Content-Length", "250000")])
        return [b"x" * 250_000]
    if path == "/stream":
        start("200 OK", [kind])
        return (f"{number}\n".encode() for number in range(3))
    if path == "/headers":
        cookies = [("Set-Cookie", "a=1"), ("Set-Cookie", "b=2")]
        start("200 OK", [kind, *cookies, ("Content-Length", "4")])
        return [b"body"]
    if path == "/environ":
        shown = {name: value for name, value in environ.items() if isinstance(value, str)}
        body = json.dumps(shown).encode()
    else:
        claimed, body = environ.get("CONTENT_LENGTH", ""), environ["wsgi.input"].read()
        body = f"{claimed} {len(body)} ".encode() + body[:20]
    start("200 OK", [kind, ("Content-Length", str(len(body)))])
    return [body]


def allowance(environ: dict[str, Any]) -> int:
    return ALLOWED if environ["PATH_INFO"] == "/large" else 0


@contextmanager
def running(folder: Path | None = None, **limits: float) -> Iterator[int]:
    """The port of such a worker, while the block runs; its temporary files are in `folder`."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.helpers.small_server", json.dumps(limits)],
        cwd=ROOT,
        env={**os.environ, "TMPDIR": str(folder or gettempdir())},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    try:
        yield int(process.stdout.readline())
    finally:
        process.terminate()
        code = process.wait(SAFETY)
        process.stdout.close()
        assert code == 0


def main() -> None:
    from app.serving.gateway import Gateway
    from app.serving.limits import Limits
    from app.serving.worker import serve

    port = free_port()
    gateway = Gateway(
        app, Limits(**json.loads(sys.argv[1])), allowance, {"X-Frame-Options": "DENY"}
    )
    serve(gateway, ("127.0.0.1", port), lambda: print(port, flush=True))
    # As a forked worker ends: granian's threads may still want the interpreter, and abort the
    # process when it is being taken down.
    os._exit(0)


if __name__ == "__main__":
    main()
