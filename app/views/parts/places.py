"""What is filled into parts for who reads; nothing of it is kept."""

from __future__ import annotations

from typing import Any

from flask import current_app
from markupsafe import Markup, escape

from app.models import User
from app.queries.summary_entries import SummaryEntry
from app.views.parts.kept import make_mark

# Stand-ins, with which the votes beside one summary are made once for the whole request.
_NUMBER = 9_007_199_254_740_991  # no summary has it
_SCORE = make_mark("score")
_WHOSE = make_mark("whose")


class MemberPlaces:
    """The places of one reader, who may be a guest.

    Args:
        votes: theirs, by the numbers of summaries.
    """

    def __init__(self, reader: User | None, votes: dict[int, int]) -> None:
        self._reader = reader
        self._votes = votes
        self._columns: dict[int | None, str] = {}  # by vote, `None` for a text of their own

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

    def _make_column(self, vote: int | None) -> str:
        if vote is None:
            return str(render_macro("votes", "still_column", _SCORE))
        return str(render_macro("votes", "column", _NUMBER, _SCORE, _WHOSE, self._reader, vote))


def name_writer(entry: SummaryEntry) -> str:
    """Whose summary it is, as the votes beside it say; HTML."""
    return str(escape(render_macro("votes", "whose", entry)))


def render_macro(template: str, macro: str, *values: Any) -> Markup:
    """The HTML of a macro of `templates/macros/`."""
    module = current_app.jinja_env.get_template(f"macros/{template}.html").module
    found: Markup = getattr(module, macro)(*values)
    return found
