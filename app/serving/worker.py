"""One worker process.

It loads the app, answers requests, and stops when it is told to.
"""

from __future__ import annotations

import asyncio
import ctypes
import os
import resource
import signal
import socket
import sys
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from multiprocessing import parent_process
from threading import Timer
from typing import Any

from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.log import LogLevels
from granian.server.embed import Server

from app import garbage
from app.serving import job_process
from app.serving.gateway import Gateway
from app.serving.limits import Limits
from app.serving.progress import SlowClients
from app.serving.supervisor import Supervisor

BACKLOG = 1024  # connections that the system holds until they are taken
HEAD_BYTES = 65_536  # of a request's line and headers
# Files that are open besides connections: the database, pictures, the renderer's pipes.
OTHER_FILES = 128
M_ARENA_MAX = -8  # of malloc.h
# Longer than proxies keep a connection (nginx: 60 s), so that they never send into one that closes.
PROXY_IDLE_SECONDS = 90.0

Address = tuple[str, int]  # a number, not a name; and a port


def run(
    secret_key: str, address: Address, workers: int, ready: Callable[[], None], *, jobs: bool = True
) -> int:
    """Serve until stopped, and tell the exit code.

    Args:
        secret_key: for the workers, who read all other settings from the environment.
        address: to listen on.
        workers: how many processes.
        ready: called once all of them listen.
        jobs: whether one more process runs jobs.
    """
    os.environ["SHORTLIST_SECRET_KEY"] = secret_key
    kill_seconds = Limits.stop_seconds + 5  # when a worker cannot even end by itself
    job_work = job_process.work if jobs else None
    return Supervisor(partial(work, address), workers, kill_seconds, job_work).run(ready)


def work(address: Address, ready: Callable[[], None]) -> None:
    """Load the app and serve it; the settings come from the environment."""
    _allocate_from_one_arena()
    with garbage.uncollected():
        from app.views.http.incoming import allowance
        from app.views.http.security import make_headers
        from app.views.site.probes import PATHS
        from app.wsgi import app, config

    garbage.collect_on_demand()
    limits = Limits(connections=_connections(Limits.connections))
    if config.proxies:
        limits = replace(limits, per_address=False, idle_seconds=PROXY_IDLE_SECONDS)
    cache = app.extensions.get("page_cache")
    gateway = Gateway(app, limits, allowance(app), make_headers(config), cache, PATHS)
    serve(gateway, address, ready)


def serve(gateway: Gateway, address: Address, ready: Callable[[], None]) -> None:
    """Serve until a signal, or the end of the parent process.

    `ready` is called once we listen.
    """
    asyncio.run(_serve(gateway, address, ready))


class _Listener(Server):
    """granian's server, that gives up clients who take nothing of what they are sent.

    Once granian has an answer it waits for its client without a limit, and the answer stays in
    memory. The system ends such a connection where it knows `TCP_USER_TIMEOUT`, as Linux does.

    Attributes:
        taking_seconds: for which a client may take nothing.
    """

    taking_seconds: float

    def _init_shared_socket(self) -> None:
        super()._init_shared_socket()  # type: ignore[no-untyped-call]  # granian's own
        # Where it only knows the address so far, the socket itself is needed.
        shared: Any = self._shd if self._ssp is None else self._ssp.build()
        self._shd, self._ssp = shared, None
        if hasattr(socket, "TCP_USER_TIMEOUT"):
            # Connections get it from the socket at which they came.
            milliseconds = max(1, int(self.taking_seconds * 1000))
            with socket.socket(fileno=os.dup(shared.get_fd())) as listening:
                listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, milliseconds)


async def _serve(gateway: Gateway, address: Address, ready: Callable[[], None]) -> None:
    limits = gateway.limits
    loop = asyncio.get_running_loop()
    server = _Listener(
        gateway,
        address=address[0],
        port=address[1],
        interface=Interfaces.RSGI,
        # Only this: a connection that says nothing is waited for without limit when HTTP/2 is
        # possible too.
        http=HTTPModes.http1,
        websockets=False,
        backlog=BACKLOG,
        backpressure=limits.connections,
        http1_settings=HTTP1Settings(
            header_read_timeout=int(limits.idle_seconds * 1000), max_buffer_size=HEAD_BYTES
        ),
        log_level=LogLevels.error,
    )
    server.taking_seconds = limits.body_seconds

    def stop() -> None:
        # Whatever still runs then, such as an answer that its client does not take, is left.
        last = Timer(limits.stop_seconds, os._exit, (0,))
        last.daemon = True
        last.start()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(number)
            signal.signal(number, signal.SIG_IGN)
        if parent is not None:
            loop.remove_reader(parent.sentinel)
        gateway.stop()
        server.stop()  # type: ignore[no-untyped-call]  # granian's own

    def begun() -> None:
        if server.wrks[0].is_alive():  # type: ignore[no-untyped-call]  # granian's own
            ready()

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop)
    parent = parent_process()
    if parent is not None:
        loop.add_reader(parent.sentinel, stop)
    # The gateway is begun just before the server listens, in the same step of the loop.
    gateway.when_begun = begun
    watching = loop.create_task(SlowClients(address[1], limits).watch())
    try:
        await server.serve()
    finally:
        watching.cancel()


def _allocate_from_one_arena() -> None:
    """Let all threads take memory from the same place, where the system's C library can.

    glibc gives each thread one of its own, and what one has freed no other can use. Python runs one
    thread at a time, so that they hardly ever wait for each other there.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None) if sys.platform == "linux" else None
    if mallopt is not None:
        mallopt(M_ARENA_MAX, 1)


def _connections(wanted: int) -> int:
    """How many connections can be open, after the system was asked for as many as it gives."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    if most == resource.RLIM_INFINITY or most > 2 * wanted:
        most = 2 * wanted
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != resource.RLIM_INFINITY and soft < most:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
        soft = most
    if soft == resource.RLIM_INFINITY:
        return wanted
    return max(1, min(wanted, soft - OTHER_FILES))
