"""What is filled into parts for who reads; nothing of it is kept."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any

from flask import current_app, url_for
from markupsafe import Markup, escape

from app.models import Paper, User
from app.queries.summary_entries import SummaryEntry
from app.views.parts import own_entries
from app.views.parts.kept import make_mark

# Stand-ins, with which the votes beside one summary, and the control of the reading list beside one
# paper, are made once for the whole request. Number and key stand in addresses too.
_NUMBER = 9_007_199_254_740_991  # no summary and no paper has it
_KEY = f"key-{secrets.token_hex(8)}"
_SCORE, _WHOSE, _TITLE = map(make_mark, ("score", "whose", "title"))


@dataclass(frozen=True)
class PaperName:
    """A paper as far as the reading list shows it."""

    id: int
    key: str
    title: str


class MemberPlaces:
    """The places of one reader, who may be a guest.

    Args:
        votes: theirs, by the numbers of summaries.
    """

    def __init__(self, reader: User | None, votes: dict[int, int]) -> None:
        self._reader = reader
        self._votes = votes
        self._columns: dict[int | None, str] = {}  # by vote, `None` for a text of their own
        self._controls: dict[str, str] = {}  # by status, "" for a paper that is not on their list

    def make_votes(self, summary_id: int, score: int, whose: str, writer_id: int | None) -> str:
        """The column of votes beside a public summary.

        Args:
            whose: HTML that `name_writer` gave.
        """
        is_mine = self._reader is not None and self._reader.id == writer_id
        vote = None if is_mine else self._votes.get(summary_id, 0)
        if vote not in self._columns:
            self._columns[vote] = self._make_column(vote)
        return (
            self._columns[vote]
            .replace(str(_NUMBER), str(summary_id))
            .replace(_SCORE, str(score))
            .replace(_WHOSE, whose)
        )

    def make_control(self, facts: dict[str, Any], summary_id: int) -> str:
        """The control of the reading list beside a row.

        Args:
            facts: what `describe_paper` gave.
            summary_id: of the summary in the row; 0 for none.
        """
        own = own_entries.find_loaded(facts["paper_id"])
        status = own.status if own else ""
        if status not in self._controls:
            paper = PaperName(_NUMBER, _KEY, _TITLE)
            of_any = (paper, own, self._reader, f"page-list-{_NUMBER}")
            self._controls[status] = str(render_macro("lists", "list_control", *of_any))
        return (
            self._controls[status]
            .replace(str(_NUMBER), str(summary_id or f"p{facts['paper_id']}"))
            .replace(_KEY, facts["paper_key"])
            .replace(_TITLE, facts["paper_title"])
        )

    def make_remark(self, facts: dict[str, Any]) -> str:
        """The reader's own remark on a paper, if there is one."""
        own = own_entries.find_loaded(facts["paper_id"])
        return str(render_macro("lists", "own_remark", own)) if own and own.remark else ""

    def _make_column(self, vote: int | None) -> str:
        if vote is None:
            return str(render_macro("votes", "still_column", _SCORE))
        return str(render_macro("votes", "column", _NUMBER, _SCORE, _WHOSE, self._reader, vote))


def describe_paper(paper: Paper) -> dict[str, Any]:
    """The facts of a part that its control needs; texts are HTML."""
    address = url_for("papers.show", key=paper.key)
    return {
        "paper_id": paper.id,
        "paper_key": str(escape(address.removeprefix(url_for("papers.show", key="")))),
        "paper_title": str(escape(paper.title)),
    }


def name_writer(entry: SummaryEntry) -> str:
    """Whose summary it is, as the votes beside it say; HTML."""
    return str(escape(render_macro("votes", "whose", entry)))


def render_macro(template: str, macro: str, *values: Any) -> Markup:
    """The HTML of a macro of `templates/macros/`."""
    module = current_app.jinja_env.get_template(f"macros/{template}.html").module
    found: Markup = getattr(module, macro)(*values)
    return found
