"""What the web between papers costs to show, in a small library and in a large one."""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from statistics import median
from time import process_time

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from app.db import Database, begin_writing
from app.models import Link, Paper
from app.queries import papers, summaries
from app.queries.links import graph, links
from app.views.maps import layout
from tests.benchmarks import library
from tests.benchmarks.measure import Figure

SMALL, LARGE = 1_500, 100_000
LINKS = 5  # a summary, where the library has about one
_MORE = """
    INSERT INTO links (summary_id, position, kind, label, label_folded, sentence, sentence_html,
                       target_kind, target_value, target_folded, target_id)
    SELECT l.summary_id, l.position + 1000 * :number, l.kind, l.label, l.label_folded, l.sentence,
           l.sentence_html, 'key', p.key, lower(p.key), p.id
    FROM links AS l JOIN papers AS p
        ON p.id = 1 + (l.target_id * (1 + :number % 2) + l.summary_id * (:number / 2)) % :size
    WHERE l.position < 1000
"""
PAPERS = 200  # asked for in each library, of those that are linked
MOST = 1.5


def figures() -> Iterator[Figure]:
    """The medians of the large library through those of the small one."""
    costs = [_costs(size) for size in (SMALL, LARGE)]
    for name in costs[0]:
        what = f"{name}: {LARGE:,} summaries, to {SMALL:,}"
        yield Figure("web", what, costs[1][name] / costs[0][name], MOST)


def _costs(size: int) -> dict[str, float]:
    database = Database(f"sqlite:///{_linked(size)}")
    with database.session() as session:
        print(f"{session.scalar(select(func.count()).select_from(Link)):,} links")
        linked = select(Link.target_id).where(Link.target_id.is_not(None)).distinct()
        keys = sorted(session.scalars(select(Paper.key).where(Paper.id.in_(linked))))
        chosen = random.Random(1).sample(keys, PAPERS)
        found = {
            "backlinks": _median(session, chosen, _backlinks),
            "map of one step": _median(session, chosen, partial(_map, steps=1)),
            "map of two steps": _median(session, chosen, partial(_map, steps=2)),
            "card": _median(session, chosen, _card),
        }
    database.close()
    print({name: f"{1000 * cost:.1f} ms" for name, cost in found.items()})
    return found


def _linked(size: int) -> Path:
    """A library in which each link is followed by more, to papers near and far."""
    plain = library.cached(summaries=size, papers=size)
    path = plain.with_suffix(".linked.sqlite3")
    if path.exists():
        return path
    unfinished = path.with_suffix(f".{os.getpid()}")
    shutil.copyfile(plain, unfinished)
    database = Database(f"sqlite:///{unfinished}")
    with database.session() as session:
        begin_writing(session)
        for number in range(1, LINKS):
            session.execute(text(_MORE), {"number": number, "size": size})
        session.commit()
    database.close()
    unfinished.rename(path)
    return path


def _median(session: Session, keys: list[str], action: Callable[[Session, Paper], object]) -> float:
    took = []
    for key in keys:
        session.expunge_all()
        paper = papers.find_paper_by_key(session, key)
        assert paper is not None
        start = process_time()
        action(session, paper)
        took.append(process_time() - start)
    return median(took)


def _backlinks(session: Session, paper: Paper) -> object:
    return links.list_mentions(session, paper, None)[0]


def _map(session: Session, paper: Paper, *, steps: int) -> object:
    found = graph.load_neighbourhood_graph(session, paper, None, steps=steps, max_papers=60)
    return layout.draw(found, paper.id)


def _card(session: Session, paper: Paper) -> object:
    return summaries.find_best_summaries(session, [paper.id], None)
