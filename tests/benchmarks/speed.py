"""S2, S3 and S12: what whole pages cost the processor that come from no cache, to one of Flask.

A copy of a library is read and written in this process, without a server. In each round pages are
viewed, and then the yardstick is; what is written between them takes no part of the time.
"""

from __future__ import annotations

import gc
import shutil
from collections.abc import Callable, Iterator
from functools import partial
from itertools import cycle
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from urllib.parse import quote_plus

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from app.db import Database
from app.models import Paper, Summary, User, Venue, Writer
from app.queries import visibility
from app.services import votes
from tests.benchmarks import library, pages
from tests.benchmarks.measure import Figure, by_round, no_server
from tests.benchmarks.pages import SOME, Reader
from tests.benchmarks.yardsticks import plain_page

SUMMARIES, PAPERS = 20_000, 15_000
ROUNDS = 7
UNSEEN = 4  # pages of a kind in a round
MOST_ELSEWHERE, MOST_TOUCHED, MOST_UNSEEN = 1.0, 2.0, 5.0
MOST_SIGNED_IN = 2.0
MOST_SEARCH = 4.0
Shown = tuple[str, int]  # an address, and a summary that its page shows


def figures() -> Iterator[Figure]:
    source = library.cached(summaries=SUMMARIES, papers=PAPERS, searchable=True)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "library.sqlite3"
        shutil.copyfile(source, path)
        yield from figures_of(f"sqlite:///{path}", ROUNDS)


def figures_of(
    url: str, rounds: int, server_seconds: Callable[[], float] = no_server
) -> Iterator[Figure]:
    """The figures of one library, which is written to."""
    database, app = pages.open_library(url)
    yardstick = Reader(plain_page(url), server_seconds=server_seconds)
    anybody = Reader(app, server_seconds=server_seconds)
    somebody = pages.signed_in(database, app, server_seconds)
    yield from _Bench(database, anybody, somebody, yardstick, rounds).figures()
    database.close()


class _Bench:
    def __init__(
        self,
        database: Database,
        anybody: Reader,
        somebody: Reader,
        yardstick: Reader,
        rounds: int,
    ) -> None:
        self._database = database
        self._anybody = anybody
        self._somebody = somebody
        self._yardstick = yardstick
        self._rounds = rounds
        self._values = cycle((1, -1))

    def figures(self) -> Iterator[Figure]:
        with self._database.session() as session:
            seen = pages.addresses(session)
            shown = _shown(session)
            unseen = _unseen(session, (self._rounds + 1) * UNSEEN)
            elsewhere = session.scalars(_elsewhere()).one()
            searches = _searches(session)
        anybody, somebody = self._anybody.cost, self._somebody.cost
        # First of all, while they are what they are called.
        for kind, addresses in unseen.items():
            cost = partial(_cost_of_next, anybody, iter(addresses))
            yield self._figure("S2", f"{kind}, never seen before", cost, MOST_UNSEEN)
        for kind, addresses in seen.items():
            cost = partial(self._after_votes, [(each, elsewhere) for each in addresses])
            yield self._figure("S2", f"{kind}, after a write elsewhere", cost, MOST_ELSEWHERE)
        for kind, pairs in shown.items():
            cost = partial(self._after_votes, pairs)
            yield self._figure("S2", f"{kind}, after a vote on what it shows", cost, MOST_TOUCHED)
        for kind, addresses in seen.items():
            cost = partial(somebody, addresses)
            yield self._figure("S3", f"{kind}, signed in", cost, MOST_SIGNED_IN)
        cost = partial(anybody, searches)
        yield self._figure("S12", f"search in {PAPERS:,} papers", cost, MOST_SEARCH)

    def _figure(self, bar: str, what: str, cost: Callable[[], float], most: float) -> Figure:
        ours, plain = [], []
        for _ in range(self._rounds + 1):
            gc.collect()
            ours.append(cost())
            plain.append(self._yardstick.cost(["/"] * SOME))
        # What is made once is made in the first round.
        ours, plain = ours[1:], plain[1:]
        print(f"      {1000 * median(ours):.2f} ms, the yardstick {1000 * median(plain):.2f} ms")
        return Figure(bar, what, by_round(ours, plain), most)

    def _after_votes(self, pairs: list[Shown]) -> float:
        """What pages cost, each after a vote on a summary."""
        taken = 0.0
        for address, summary_id in pairs:
            with self._database.session() as session:
                reader = session.scalars(select(User).where(User.name == library.READER)).one()
                votes.cast_vote(session, reader, summary_id, next(self._values))
                session.commit()
            taken += self._anybody.view(address)
        return taken / len(pairs)


def _cost_of_next(cost: Callable[[list[str]], float], addresses: Iterator[str]) -> float:
    return cost([next(addresses) for _ in range(UNSEEN)])


def _unseen(session: Session, count: int) -> dict[str, list[str]]:
    """As many pages of each kind, of which none is among those that are looked at otherwise."""
    return {
        "front page, further down": [f"/?page={number}" for number in range(21, 21 + count)],
        "paper": pages.papers(session, summaries=2, count=count, after=SOME),
        "venue": pages.venues(session, count, after=3),
        "user": pages.users(session, count, after=4),
    }


def _shown(session: Session) -> dict[str, list[Shown]]:
    """Pages, each with a summary that it shows."""
    popular = _votable().order_by(Summary.popularity.desc(), Summary.id.desc()).limit(1)
    return {
        "front page": [("/", session.scalars(popular).one())],
        "paper": [
            (address, session.scalars(popular.where(Paper.key == address[7:])).one())
            for address in pages.papers(session, summaries=2)
        ],
        "venue": [
            (address, session.scalars(popular.where(Venue.key == address[7:])).one())
            for address in pages.venues(session, 3)
        ],
        "user": [
            (address, session.scalars(popular.where(User.name == address[6:])).one())
            for address in pages.users(session, 4)
        ],
    }


def _votable() -> Select[int]:
    return (
        select(Summary.id)
        .join(Paper, Paper.id == Summary.paper_id)
        .join(User, User.id == Summary.user_id)
        .outerjoin(Venue, Venue.id == Paper.venue_id)
        .where(visibility.public(), Summary.anonymous.is_(False), User.name != library.READER)
    )


def _elsewhere() -> Select[int]:
    """A summary that no page shows of those that are looked at."""
    return (
        _votable()
        .join(Writer, Writer.user_id == User.id)
        .where(Paper.summaries_count == 1, Venue.papers_count > 0)
        .order_by(Venue.papers_count, Writer.summaries, Summary.id)
        .limit(1)
    )


def _searches(session: Session) -> list[str]:
    """Searches for one, two and three words of titles."""
    titles = session.scalars(select(Paper.title).order_by(Paper.id.desc()).limit(SOME))
    words = [title.split()[: 1 + number % 3] for number, title in enumerate(titles)]
    return [f"/search?q={quote_plus(' '.join(each))}" for each in words]
