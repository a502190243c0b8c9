"""R16: how long those wait who are answered, while five times as many come as can be.

Readers come evenly, whether others are answered or not, each for a paper that nobody has asked for.
How many a second can be answered is measured first. The machine may be noisy: the waits under
overload are compared with those under a light load just before them.
"""

from __future__ import annotations

import asyncio
import random
import shutil
from collections.abc import Iterator, Sequence
from itertools import cycle
from math import ceil
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import NamedTuple
from urllib.parse import urlsplit

from sqlalchemy import select

from app.models import Paper
from tests.benchmarks import library, pages, served
from tests.benchmarks.measure import Figure
from tests.benchmarks.speed import PAPERS, SUMMARIES

ROUNDS = 3
LIGHT, MANY = 0.2, 5.0  # of what can be answered
SECONDS = 12.0  # of each load in a round
READERS = 4  # that ask again as soon as they are answered, while it is measured how much can be
MOST_RATIO = 1.0
MOST_RECOVERY = 10.0  # seconds
MAX_ANSWER = 60.0  # seconds


class Answer(NamedTuple):
    """What became of a request: when it was sent, and for how long it waited, in seconds."""

    sent: float
    took: float
    status: int


def figures() -> Iterator[Figure]:
    source = library.cached(summaries=SUMMARIES, papers=PAPERS, searchable=True)
    with TemporaryDirectory() as name:
        path = Path(name) / "library.sqlite3"
        shutil.copyfile(source, path)
        addresses = _draw(path)
        settings = {"SHORTLIST_DATABASE_URL": f"sqlite:///{path}", "SHORTLIST_RATE_LIMITS": "off"}
        # As behind a proxy, where not all readers count as one address.
        with served.running("ours", Path(name), SHORTLIST_PROXIES="1", **settings) as site:
            yield from asyncio.run(_measure(site, addresses))


async def _measure(site: str, addresses: Iterator[str]) -> list[Figure]:
    crowd = _Crowd(site, addresses)
    ratios, recoveries, refusals = [], [], []
    await crowd.ask_again(1.0)  # what is made once is made
    for _ in range(ROUNDS):
        rate = await crowd.ask_again(SECONDS / 3)
        light = await crowd.come(rate * LIGHT, SECONDS)
        heavy = await crowd.come(rate * MANY, SECONDS)
        after = await crowd.come(rate * LIGHT, MOST_RECOVERY)
        accepted = [each.took for each in heavy if each.status < 500]
        refused = [each.took for each in heavy if each.status == 503]
        usual = _p99([each.took for each in light if each.status < 500])
        ratios.append(_p99(accepted) / usual)
        refusals.append(_p99(refused) / usual)
        slow = [
            each.sent + each.took for each in after if each.status >= 500 or each.took > 2 * usual
        ]
        recoveries.append(max(slow, default=after[0].sent) - after[0].sent)
        print(
            f"      {rate:.0f} a second can be answered; p99 {1000 * usual:.0f} ms at a fifth of"
            f" that; at five times {len(accepted) / SECONDS:.0f} a second are answered,"
            f" p50 {1000 * median(accepted):.0f} ms, p99 {1000 * _p99(accepted):.0f} ms;"
            f" {len(refused)} refused, p99 {1000 * _p99(refused):.0f} ms"
        )
    return [
        Figure("R16", "p99 of who is answered, to a light load", median(ratios), MOST_RATIO),
        Figure("R16", "p99 of a refusal, to the same", median(refusals), MOST_RATIO),
        Figure("R16", "until it is as before", median(recoveries), MOST_RECOVERY, "s"),
    ]


class _Crowd:
    """Readers of one site, each of whom asks for another address."""

    def __init__(self, site: str, addresses: Iterator[str]) -> None:
        parts = urlsplit(site)
        self._host, self._port = parts.hostname, parts.port
        self._addresses = addresses
        self._idle: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []

    async def ask_again(self, seconds: float) -> float:
        """Answers in a second to a few who ask all the time."""
        loop = asyncio.get_running_loop()
        end, count = loop.time() + seconds, 0

        async def one() -> None:
            nonlocal count
            while loop.time() < end:
                answer = await self.ask()
                count += answer.status < 500

        await asyncio.gather(*(one() for _ in range(READERS)))
        return count / seconds

    async def come(self, rate: float, seconds: float) -> list[Answer]:
        """What becomes of so many who come in a second."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        asked = []
        for number in range(int(rate * seconds)):
            await asyncio.sleep(max(0.0, began + number / rate - loop.time()))
            asked.append(asyncio.create_task(self.ask()))
        return list(await asyncio.gather(*asked))

    async def ask(self) -> Answer:
        loop = asyncio.get_running_loop()
        sent = loop.time()
        async with asyncio.timeout(MAX_ANSWER):
            status = await self._ask(next(self._addresses))
        return Answer(sent, loop.time() - sent, status)

    async def _ask(self, address: str) -> int:
        """The status of an answer; as browsers do, on a kept connection if one is still open."""
        is_kept = bool(self._idle)
        if is_kept:
            reader, writer = self._idle.pop()
        else:
            reader, writer = await asyncio.open_connection(self._host, self._port)
        try:
            writer.write(f"GET {address} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
            head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()
            if not is_kept:
                raise
            return await self._ask(address)  # the server ends those that are idle for long
        length = int(head.split("content-length: ")[1].split("\r\n")[0])
        await reader.readexactly(length)
        self._idle.append((reader, writer))
        return int(head[9:12])


def _draw(path: Path) -> Iterator[str]:
    """Addresses of papers, in an order that no page has; after the last one they begin again."""
    database, _ = pages.open_library(f"sqlite:///{path}")
    with database.session() as session:
        keys = list(session.scalars(select(Paper.key).order_by(Paper.id)))
    database.close()
    random.Random(16).shuffle(keys)
    return cycle([f"/paper/{key}" for key in keys])


def _p99(taken: Sequence[float]) -> float:
    ordered = sorted(taken) or [0.0]
    return ordered[ceil(0.99 * len(ordered)) - 1]
