"""R5: hostile texts are answered or refused in time, and others go on reading meanwhile."""

from __future__ import annotations

import http.client
import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import quantiles
from tempfile import TemporaryDirectory
from urllib.parse import urlencode, urlsplit

from tests.benchmarks.measure import Figure
from tests.helpers.running import Site, demo
from tests.helpers.samples.hostile import HOSTILE

READERS = 2
WRITERS = 2
SECONDS = 10.0  # of each phase
ROUNDS = 5
PAUSE = 0.02  # seconds between two requests of a reader
PAGE = "/paper/conf/nips/RenHGS15"


def figures() -> Iterator[Figure]:
    with (
        TemporaryDirectory() as folder,
        # Without limits: each writer sends as much as it can.
        demo(Path(folder), SHORTLIST_RATE_LIMITS="off") as site,
    ):
        read(site, 2.0)
        ratios, slowest = [], 0.0
        for _ in range(ROUNDS):
            calm = p99(read(site, SECONDS))
            writers = [start_writing(site) for _ in range(WRITERS)]
            ratios.append(p99(read(site, SECONDS)) / calm)
            for writer in writers:
                answer, _ = writer.communicate("stop\n", timeout=120)
                slowest = max(slowest, float(answer))
    what = f"p99 of readers while {WRITERS} send hostile texts, to the same without"
    yield Figure("R5", what, sorted(ratios)[ROUNDS // 2], 2.0)
    yield Figure("R5", "slowest answer to a hostile text", slowest, 2.0, "s")


def read(site: Site, seconds: float) -> list[float]:
    """How long each request took of `READERS` who read a page again and again."""
    took: list[float] = []
    end = time.monotonic() + seconds

    def one() -> None:
        connection = connect(site)
        while time.monotonic() < end:
            start = time.perf_counter()
            connection.request("GET", PAGE)
            connection.getresponse().read()
            took.append(time.perf_counter() - start)
            time.sleep(PAUSE)

    with ThreadPoolExecutor(READERS) as pool:
        for reader in [pool.submit(one) for _ in range(READERS)]:
            reader.result()
    return took


def start_writing(site: Site) -> subprocess.Popen[str]:
    """Begin to write in a process of its own, or readers here would wait for writers here."""
    writer = subprocess.Popen(
        [sys.executable, "-m", __name__, site.url, site.user, site.password],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert writer.stdout is not None
    assert writer.stdout.readline() == "ready\n"
    return writer


def write(site: Site, stop: threading.Event) -> float:
    """Send one hostile text after the other to the preview, as somebody who is signed in.

    Returns:
        How long the slowest answer took, in seconds.
    """
    headers = sign_in(site)
    connection = connect(site)
    slowest = 0.0
    # Before: who writes elsewhere takes no time from the server.
    bodies = [urlencode({"source": text}, errors="replace") for text in HOSTILE.values()]
    print("ready", flush=True)
    while True:
        for body in bodies:
            start = time.perf_counter()
            connection.request("POST", "/preview", body, headers)
            answer = connection.getresponse()
            content = answer.read()
            slowest = max(slowest, time.perf_counter() - start)
            if answer.status not in (200, 422):
                raise AssertionError(f"{answer.status}: {content[:200]!r}")
            if stop.is_set():
                return slowest


def sign_in(site: Site) -> dict[str, str]:
    connection = connect(site)
    connection.request("GET", "/login")
    answer = connection.getresponse()
    cookie = cookie_of(answer)
    fields = {
        "csrf_token": token_in(answer.read().decode()),
        "name": site.user,
        "password": site.password,
    }
    form = {"Content-Type": "application/x-www-form-urlencoded", "Referer": f"{site.url}/login"}
    connection.request("POST", "/login", urlencode(fields), {**form, "Cookie": cookie})
    answer = connection.getresponse()
    answer.read()
    cookie = cookie_of(answer)
    connection.request("GET", "/write/conf/nips/RenHGS15", headers={"Cookie": cookie})
    answer = connection.getresponse()
    cookie = cookie_of(answer) or cookie
    token = token_in(answer.read().decode())
    return {**form, "Cookie": cookie, "X-CSRFToken": token}


def cookie_of(answer: http.client.HTTPResponse) -> str:
    return (answer.getheader("Set-Cookie") or "").split(";")[0]


def token_in(html: str) -> str:
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', html)
    assert found is not None, html[:500]
    return found[1]


def connect(site: Site) -> http.client.HTTPConnection:
    return http.client.HTTPConnection(urlsplit(site.url).netloc, timeout=30)


def p99(took: list[float]) -> float:
    return quantiles(took, n=100)[98]


def main() -> None:
    """A writer: until a line comes in."""
    stop = threading.Event()
    threading.Thread(target=lambda: (sys.stdin.readline(), stop.set()), daemon=True).start()
    print(write(Site(*sys.argv[1:]), stop))


if __name__ == "__main__":
    main()
