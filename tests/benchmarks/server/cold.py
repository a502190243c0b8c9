"""S11: what addresses cost that nobody has asked for, drawn evenly from all there are.

A crawler asks for these: each once, from one end of the library to the other, so that no cache
helps. The library has 15,000 papers, as that of S2, and the yardstick is that of S2.
"""

from __future__ import annotations

import gc
import random
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from urllib.parse import quote, quote_plus

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from app.models import Author, Paper, Revision, Summary, Tag, User, Venue, Writer
from app.queries.visibility import public
from tests.benchmarks import library, pages
from tests.benchmarks.measure import Figure, by_round
from tests.benchmarks.pages import SOME, Reader
from tests.benchmarks.speed import PAPERS, SUMMARIES
from tests.benchmarks.yardsticks import plain_page

ROUNDS = 5
IN_ROUND = 5  # addresses of a kind
MOST, MOST_MAP = 5.0, 20.0
TABS = ("popular", "recent", "rated")


def figures() -> Iterator[Figure]:
    source = library.cached(summaries=SUMMARIES, papers=PAPERS, searchable=True)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "library.sqlite3"
        shutil.copyfile(source, path)
        print(f"      {SUMMARIES:,} summaries of {PAPERS:,} papers, not the million of the bar")
        yield from figures_of(path, ROUNDS, IN_ROUND)


def figures_of(path: Path, rounds: int, in_round: int) -> Iterator[Figure]:
    """The figures of one library."""
    database, app = pages.open_library(f"sqlite:///{path}")
    yardstick, crawler = Reader(plain_page(f"sqlite:///{path}")), Reader(app)
    with database.session() as session:
        found = draw(session, (rounds + 1) * in_round)
    for kind, addresses in found.items():
        ours, plain = [], []
        for number in range(rounds + 1):
            gc.collect()
            ours.append(crawler.cost(addresses[number * in_round : (number + 1) * in_round]))
            plain.append(yardstick.cost(["/"] * SOME))
        most = MOST_MAP if kind.startswith("map") else MOST
        print(f"      {kind}: {1000 * median(ours[1:]):.1f} ms")
        yield Figure("S11", f"{kind}, asked for once", by_round(ours[1:], plain[1:]), most)
    database.close()


def draw(session: Session, count: int) -> dict[str, list[str]]:
    """As many addresses of each kind, evenly from all there are; of few, some come again."""
    chance = random.Random(1)

    def some(query: Select[str] | Select[int]) -> list[str]:
        every: Sequence[str | int] = session.scalars(query).all()
        chosen = (
            chance.sample(every, count) if len(every) >= count else chance.choices(every, k=count)
        )
        return [quote(str(each), safe="/:") for each in chosen]

    written = some(select(Paper.key).where(Paper.summaries_count > 0))
    papers = some(select(Paper.key))
    summaries = some(select(Summary.id).where(public()))
    revisions = select(Revision.id, Revision.summary_id).join(
        Summary, Summary.id == Revision.summary_id
    )
    versions = chance.sample(session.execute(revisions.where(public())).all(), count)
    tags, venues = some(select(Tag.name)), some(select(Venue.key))
    users = some(select(User.name).join(Writer, Writer.user_id == User.id))
    words = [title.split() for title in session.scalars(select(Paper.title)).all()]
    searches = [
        quote_plus(" ".join(chance.choice(words)[: 1 + number % 3])) for number in range(count)
    ]
    depths = [chance.randrange(2, SUMMARIES // 50) for _ in range(count)]
    return {
        "front page, far down": [
            f"/?tab={TABS[number % 3]}&page={depth}" for number, depth in enumerate(depths)
        ],
        "paper with summaries": [f"/paper/{key}" for key in written],
        "paper": [f"/paper/{key}" for key in papers],
        "citation": [
            f"/paper/{key}.{('bib', 'ris', 'json')[number % 3]}"
            for number, key in enumerate(papers)
        ],
        "summary": [f"/summary/{number}" for number in summaries],
        "history": [f"/summary/{number}/history" for number in summaries],
        "version": [f"/revision/{number}" for number, _ in versions],
        "comparison": [
            f"/summary/{summary}/compare?from={number}&to={number}" for number, summary in versions
        ],
        "mentions": [f"/mentions/{key}" for key in written],
        "card": [f"/card/{key}" for key in written],
        "map of a paper": [f"/map/paper/{key}" for key in written],
        "map of a paper, two steps": [f"/map/paper/{key}?steps=2" for key in written],
        "map of a tag": [f"/map/tag/{name}" for name in tags],
        "map of a venue": [f"/map/venue/{key}" for key in venues],
        "map of a user": [f"/map/user/{name}" for name in users],
        "author": [f"/author/{key}" for key in some(select(Author.key))],
        "venue": [f"/venue/{key}" for key in venues],
        "user": [f"/user/{name}" for name in users],
        "tag": [f"/tag/{name}" for name in tags],
        "search": [f"/search?q={query}" for query in searches],
        "search, sorted and exact": [f"/search?q={query}&sort=date&exact=1" for query in searches],
        "suggestions": [f"/search/suggest?q={query}" for query in searches],
        "feed, further down": [f"/rss.xml?page={depth}" for depth in depths],
    }
