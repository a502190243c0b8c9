"""The servers of S1, each on a port of its own: ours, Flask's hello on the same server, nginx."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from subprocess import PIPE

from tests.benchmarks.yardsticks import hello
from tests.helpers.running import SAFETY, SECRET, environment, free_port

ROOT = Path(__file__).parents[2]
HOST = "127.0.0.1"
# One worker as we have one; the file stays open, and nothing is logged.
_NGINX = """
daemon off;
pid {folder}/nginx.pid;
worker_processes 1;
error_log {folder}/error.log;
{user}
events {{ worker_connections 1024; }}
http {{
  access_log off;
  sendfile on;
  tcp_nopush on;
  keepalive_requests 1000000000;
  open_file_cache max=100;
  default_type text/html;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  server {{ listen {host}:{port}; root {folder}/pages; }}
}}
"""


@contextmanager
def running(what: str, folder: Path, **settings: str) -> Iterator[str]:
    """The address of `ours` or `hello`, on our own server with one worker, while the block runs."""
    with subprocess.Popen(
        [sys.executable, "-m", __name__, what],
        cwd=ROOT,
        env=environment(folder, SHORTLIST_SECRET_KEY=SECRET, **settings),
        stdout=PIPE,
        text=True,
    ) as process:
        try:
            assert process.stdout is not None
            port = process.stdout.readline().strip()
            if not port:
                raise RuntimeError(f"{what} did not start")
            yield f"http://{HOST}:{port}"
        finally:
            process.terminate()
            process.wait(SAFETY)


@contextmanager
def nginx(program: str, folder: Path) -> Iterator[str]:
    """The address of an nginx that serves what is in `folder`'s `pages`, while the block runs."""
    port = free_port()
    configuration = folder / "nginx.conf"
    user = "user root;" if os.geteuid() == 0 else ""  # or it could not read our folder
    configuration.write_text(_NGINX.format(folder=folder, host=HOST, port=port, user=user))
    command = [program, "-p", str(folder), "-e", f"{folder}/error.log", "-c", str(configuration)]
    with subprocess.Popen(command) as process:
        try:
            yield f"http://{HOST}:{port}"
        finally:
            process.terminate()
            process.wait(SAFETY)


def main(what: str) -> int:
    """Serve until stopped; the port is printed as soon as there is an answer."""
    from functools import partial

    from app.serving import worker
    from app.serving.gateway import Gateway
    from app.serving.limits import Limits
    from app.serving.supervisor import Supervisor

    address = (HOST, free_port())
    ready = partial(print, address[1], flush=True)
    if what == "ours":  # as `shortlist serve`, but for jobs, which take their own time
        return worker.run(SECRET, address, 1, ready, jobs=False)
    work = partial(worker.serve, Gateway(hello(), Limits()), address)
    return Supervisor(work, 1, Limits.stop_seconds).run(ready)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
