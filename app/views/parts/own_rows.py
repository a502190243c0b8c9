"""Rows that are made for one member alone.

They show texts that others do not see, or not by whom they are.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

from flask_wtf.csrf import generate_csrf
from markupsafe import Markup

from app.models import User
from app.queries import papers, summaries
from app.views.http.access import db
from app.views.parts import own_entries
from app.views.parts.own_parts import find_own_part, make_own_key, make_own_part
from app.views.parts.places import TOKEN
from app.views.parts.row_html import print_entry_row, print_paper_row


class RowFacts(NamedTuple):
    """What has to be known of a row to fill it in.

    Attributes:
        number: of the summary; 0 for none.
        score: of the summary; a mark where it is filled in later.
        writer_id: also of an anonymous one, so that its writer finds it as theirs.
        hides_writer: whether only the writer may see whose it is.
        of_part: what its part has.
        openings: whether it shows how the text begins; `None` for the row of a paper.
    """

    number: int
    paper_id: int
    score: int | str
    writer_id: int | None
    hides_writer: bool
    of_part: dict[str, Any]
    openings: bool | None


def shows_more(facts: RowFacts, hiding: Collection[int], reader: User | None) -> bool:
    """Whether a row shows its reader more than it shows others."""
    is_mine = reader is not None and facts.writer_id == reader.id
    return facts.paper_id in hiding or (is_mine and facts.hides_writer)


def show_alone(
    rows: Sequence[RowFacts], reader: User | None, further: Mapping[int, Markup]
) -> dict[tuple[int, int], Markup]:
    """Rows for one reader, by the numbers of summary and paper.

    A member is shown kept ones while these are true.
    """
    if reader is None:
        return _render_alone(rows, None, further)
    own = tuple((each.number, each.paper_id, each.openings) for each in rows)
    more = tuple((own_entries.find_loaded(row[1]), further.get(row[1])) for row in own)
    key = make_own_key("own rows", reader, own, more)
    part = find_own_part(key)
    if part is None:
        made: dict[tuple[int, int], Markup] = {}

        def render() -> str:
            made.update(_render_alone(rows, reader, further))
            return ""

        part = make_own_part(key, reader, render, facts={"rows": made})
    token = generate_csrf()
    return {
        names: Markup(html.replace(TOKEN, token))  # noqa: S704  (templates made all of it)
        for names, html in part.facts["rows"].items()
    }


def _render_alone(
    rows: Sequence[RowFacts], reader: User | None, further: Mapping[int, Markup]
) -> dict[tuple[int, int], Markup]:
    """Rows that are made for one reader, by the numbers of summary and paper."""
    found = {}
    texts = {facts.number: facts for facts in rows if facts.openings is not None}
    entries = summaries.load_entries(db(), sorted(texts), reader) if texts else {}
    for number, entry in entries.items():
        facts = texts[number]
        row = print_entry_row(entry, reader, bool(facts.openings))
        found[number, facts.paper_id] = Markup(row)  # noqa: S704  (made of escaped texts)
    of_papers = {facts.paper_id: facts for facts in rows if facts.openings is None}
    loaded = papers.load_rows_of_papers(db(), sorted(of_papers), reader) if of_papers else {}
    for number, paper in loaded.items():
        row = print_paper_row(paper, reader, further=further.get(number, ""))
        found[of_papers[number].number, number] = Markup(row)  # noqa: S704  (as above)
    return found
