"""S4: pages cost as much in a large library as in a small one; with it the figures of S2 and S3.

Each library is read in this process, without a server: what counts is the processor's time of one
view. The pages of the three are read by turns.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from statistics import median
from tempfile import mkdtemp
from time import process_time

from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app import create_app
from app.config import Config
from app.db import Database
from app.models import Author, Paper, PaperAuthor, Tag, User, Venue, VenueYear, Writer
from app.services.accounts.account import start_session
from app.views.http.access import TOKEN
from tests.benchmarks import library
from tests.benchmarks.measure import Figure
from tests.benchmarks.yardsticks import plain_page

SIZES = ((1_500, 1_200), (20_000, 15_000), (100_000, 1_000_000))  # summaries, papers
ROUNDS = 9
SOME = 12  # addresses of a kind
MOST_GROWTH = 1.25
MOST = {"S2": 1.0, "S3": 1.3}


@dataclass(frozen=True)
class Reader:
    """Somebody who reads one library."""

    client: FlaskClient
    pages: dict[str, list[str]]

    def cost(self, kind: str) -> float:
        """Processor seconds of one view, on average over the pages of a kind."""
        gc.collect()
        start = process_time()
        for address in self.pages[kind]:
            self.client.get(address).get_data()
        return (process_time() - start) / len(self.pages[kind])


def figures() -> Iterator[Figure]:
    paths = [library.cached(summaries=summaries, papers=papers) for summaries, papers in SIZES]
    yardstick = plain_page(f"sqlite:///{paths[1]}").test_client()
    for bar, signed_in in (("S2", False), ("S3", True)):
        readers = [reader(path, signed_in=signed_in) for path in paths]
        who = "signed in" if signed_in else "anonymous"
        for kind in readers[0].pages:
            costs: list[list[float]] = [[] for _ in readers]
            plain = []
            for each in readers:
                each.cost(kind)  # what is made once is made
            for _ in range(ROUNDS):
                for each, taken in zip(readers, costs, strict=True):
                    taken.append(each.cost(kind))
                plain.append(cost_of(lambda: yardstick.get("/").get_data()))
            small, middle, large = costs
            ratio = _by_round(middle, plain)
            yield Figure(bar, f"{kind}, {who}, to Flask and one query", ratio, MOST[bar])
            yield Figure(
                "S4", f"{kind}, {who}, large to small", _by_round(large, small), MOST_GROWTH
            )


def _by_round(one: list[float], other: list[float]) -> float:
    """How much more one costs: within a round, for other work comes and goes on the machine."""
    return median(a / b for a, b in zip(one, other, strict=True))


def cost_of(view: Callable[[], object], times: int = SOME) -> float:
    gc.collect()
    start = process_time()
    for _ in range(times):
        view()
    return (process_time() - start) / times


def reader(path: Path, *, signed_in: bool) -> Reader:
    url = f"sqlite:///{path}"
    config = Config(
        data_dir=Path(mkdtemp()),
        database_url=url,
        secret_key="a key for benchmarks only, long enough",
        site_url="http://localhost",
        rate_limits=False,
    )
    database = Database(url, site_url=config.site_url)
    client = create_app(config, database).test_client()
    with database.session() as session:
        pages = addresses(session)
        if signed_in:
            user = session.scalars(select(User).where(User.name == library.READER)).one()
            token = start_session(session, user)
            session.commit()
            with client.session_transaction() as cookie:
                cookie[TOKEN] = token
    for address in chain(*pages.values()):
        status = client.get(address).status_code
        assert status in (200, 404) if "/paper/" in address else status == 200, address
    return Reader(client, pages)


def addresses(session: Session) -> dict[str, list[str]]:
    """Pages of each kind that show as much in every library: full ones, the largest there are."""
    venues = session.scalars(select(Venue.key).order_by(Venue.papers_count.desc()).limit(3)).all()
    users = (
        select(User.name)
        .join(Writer, Writer.user_id == User.id)
        .where(User.name != library.READER)
        .order_by(Writer.summaries.desc(), User.id)
        .limit(4)
    )
    tags = session.scalars(select(Tag.name).order_by(Tag.summaries_count.desc()).limit(40)).all()
    return {
        "front page": ["/", "/?tab=recent", "/?tab=rated"],
        "front page of a section": ["/?s=cs", "/?s=phys", "/?tab=recent&s=bio"],
        "front page, further down": ["/?page=20", "/?tab=recent&page=40", "/?tab=rated&page=60"],
        "paper": _papers(session, summaries=2),
        "paper without a summary": _papers(session, summaries=0),
        "venue": [f"/venue/{key}" for key in venues],
        "year of a venue": _years(session),
        "user": [f"/user/{name}" for name in session.scalars(users)],
        "tag": [f"/tag/{name}" for name in (*tags[:3], *tags[-3:])],
        "author": _authors(session),
        "list of venues": ["/venues", "/venues?page=1", "/venues?q=journal"],
        "list of people": ["/users"],
        "list of tags": ["/tags"],
        "about": ["/about"],
    }


def _years(session: Session) -> list[str]:
    """Years of venues, of a size that they have in a small library too."""
    query = (
        select(Venue.key, VenueYear.year)
        .join(VenueYear, VenueYear.venue_id == Venue.id)
        .where(VenueYear.papers.between(6, 8), VenueYear.summarised.between(4, 6))
        .order_by(VenueYear.venue_id, VenueYear.year)
        .limit(SOME // 2)
    )
    return [f"/venue/{key}?year={year}" for key, year in session.execute(query)]


def _papers(session: Session, *, summaries: int) -> list[str]:
    query = (
        select(Paper.key)
        .where(Paper.summaries_count == summaries, Paper.abstract == "")
        .where(_authors_of_paper() == 3)
        .order_by(Paper.id)
        .limit(SOME)
    )
    return [f"/paper/{key}" for key in session.scalars(query)]


def _authors_of_paper():  # type: ignore[no-untyped-def]
    mine = select(func.count()).where(PaperAuthor.paper_id == Paper.id)
    return mine.scalar_subquery()


def _authors(session: Session) -> list[str]:
    """Authors of so many papers that their first page is full."""
    prolific = (
        select(PaperAuthor.author_id)
        .where(PaperAuthor.author_id < 500)
        .group_by(PaperAuthor.author_id)
        .having(func.count().between(21, 80))
        .limit(SOME // 2)
    )
    query = select(Author.key).where(Author.id.in_(prolific))
    return [f"/author/{key}" for key in session.scalars(query)]
