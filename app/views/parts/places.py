"""What is filled into parts for who reads; nothing of it is kept."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, lru_cache
from html import unescape
from typing import Any

from flask import current_app, g, url_for
from flask_wtf.csrf import generate_csrf
from markupsafe import Markup, escape

from app.models import Paper
from app.queries.catalogue.list_rows import ListedEntry, RowPaper
from app.queries.lists.own_entries import OwnEntry
from app.queries.summary_entries import SummaryEntry
from app.views.http.paths import is_read, path_for, print_path, this_address
from app.views.http.quoting import quote
from app.views.parts import own_entries
from app.views.parts.kept import make_mark

# Stand-ins, with which the votes beside a summary, and the control of the reading list beside a
# paper, are made once for all. Those that stand in addresses are made of letters and digits.
_NUMBER = 9_007_199_254_740_991  # no summary and no paper has it
_KEY, _BACK = f"key-{secrets.token_hex(8)}", f"back-{secrets.token_hex(8)}"
_WHOSE, _TITLE, _REMARK = map(make_mark, ("whose", "title", "own-remark"))
SCORE = make_mark("score")
TOKEN = make_mark("token")
MAX_ADDRESSES = 1_000  # that are kept quoted
MAX_KEPT_ADDRESS = 500  # characters; anybody may ask for longer ones
_QUOTED_HASH = "%%23"  # behind an address that stands in the query of another one
_FIELDS = {
    _BACK + _QUOTED_HASH: f"%(quoted_back)s{_QUOTED_HASH}",
    _BACK: "%(back)s",
    str(_NUMBER): "%(number)s",
    _KEY: "%(key)s",
    SCORE: "%(score)s",
    _WHOSE: "%(whose)s",
    _TITLE: "%(title)s",
    _REMARK: "%(remark)s",
    TOKEN: "%(token)s",
}


@dataclass(frozen=True)
class PaperName:
    """A paper as far as the reading list shows it."""

    id: int
    key: str
    title: str


class MemberPlaces:
    """The places of one reader, who may be a guest.

    Args:
        reader_id: the number of their account.
        votes: theirs, by the numbers of summaries.
        entries: of their reading list, by the numbers of papers; those that were loaded for the
            page, unless they are given.
        back: the address of the page, as `quote_back` gives it, unless it is that of the request.
    """

    def __init__(
        self,
        reader_id: int | None,
        votes: dict[int, int],
        entries: dict[int, OwnEntry] | None = None,
        back: tuple[str, str] | None = None,
    ) -> None:
        self._votes = votes
        self._entries = own_entries.loaded() if entries is None else entries
        self._reader_id = reader_id
        self._token = "" if reader_id is None else generate_csrf()
        self._back = back
        # Else the page answers a form, and cannot be asked for by its address.
        if back is None and is_read():
            self._back = quote_back(this_address())

    def make_votes(
        self, summary_id: int, score: int | str, whose: str, writer_id: int | None
    ) -> str:
        """The column of votes beside a public summary.

        Args:
            whose: HTML that `name_writer` gave.
        """
        is_mine = self._reader_id is not None and self._reader_id == writer_id
        vote = None if is_mine else self._votes.get(summary_id, 0)
        back, quoted = self._back or quote_back(url_for("summaries.show", summary_id=summary_id))
        return _make_column(vote, self._reader_id is not None) % {
            "number": summary_id,
            "score": score,
            "whose": whose,
            "back": back,
            "quoted_back": quoted,
            "token": self._token,
        }

    def make_control(self, facts: dict[str, Any], summary_id: int) -> str:
        """The control of the reading list beside a row.

        Args:
            facts: what `describe_paper` gave.
            summary_id: of the summary in the row; 0 for none.
        """
        own = self._entries.get(facts["paper_id"])
        back, quoted = self._back or quote_back(unescape(facts["paper_address"]))
        return _make_control(own.status if own else "", self._reader_id is not None) % {
            "number": summary_id or f"p{facts['paper_id']}",
            "key": facts["paper_key"],
            "title": facts["paper_title"],
            "back": back,
            "quoted_back": quoted,
            "token": self._token,
        }

    def make_whole_control(self, facts: dict[str, Any]) -> str:
        """The control of the reading list on a paper's page, with the remark.

        Args:
            facts: what `describe_paper` gave.
        """
        own = self._entries.get(facts["paper_id"])
        back, quoted = self._back or quote_back(unescape(facts["paper_address"]))
        of_own = (own.status, bool(own.remark)) if own else ("", False)
        return _make_whole_control(*of_own, self._reader_id is not None) % {
            "number": facts["paper_id"],
            "key": facts["paper_key"],
            "title": facts["paper_title"],
            "remark": escape(own.remark) if own else "",
            "back": back,
            "quoted_back": quoted,
            "token": self._token,
        }

    def make_remark(self, facts: dict[str, Any]) -> str:
        """The reader's own remark on a paper, if there is one."""
        own = self._entries.get(facts["paper_id"])
        return str(render_macro("lists", "own_remark", own)) if own and own.remark else ""


@contextmanager
def token_as_mark() -> Iterator[None]:
    """Print, where a form has its token against forgery, a mark meanwhile.

    Flask-WTF makes one token for a request and remembers it in `flask.g`.
    """
    before = g.pop("csrf_token", None)
    g.csrf_token = TOKEN
    try:
        yield
    finally:
        g.pop("csrf_token")
        if before is not None:
            g.csrf_token = before


@cache
def _make_column(vote: int | None, is_member: bool) -> str:
    """The column for any summary, as a format."""
    if vote is None:
        return _make_format(render_macro("votes", "still_column", SCORE))
    with token_as_mark():
        of_any = (_NUMBER, SCORE, _WHOSE, is_member, vote, _BACK)
        return _make_format(render_macro("votes", "column", *of_any))


@cache
def _make_control(status: str, is_member: bool) -> str:
    """The control for any paper, as a format; no status is that of one that is not on the list."""
    own = OwnEntry(status, "") if status else None
    place = f"page-list-{_NUMBER}"
    with token_as_mark():
        of_any = (
            PaperName(_NUMBER, _KEY, _TITLE),
            own,
            is_member,
            place,
            False,
            f"{_BACK}#{place}",
        )
        return _make_format(render_macro("lists", "list_control", *of_any))


@cache
def _make_whole_control(status: str, has_remark: bool, is_member: bool) -> str:
    own = OwnEntry(status, _REMARK if has_remark else "") if status else None
    with token_as_mark():
        of_any = (PaperName(_NUMBER, _KEY, _TITLE), own, is_member, _BACK)
        return _make_format(render_macro("lists", "paper_on_list", *of_any))


def _make_format(html: Markup) -> str:
    made = str(html).replace("%", "%%")
    for stand_in, field in _FIELDS.items():
        made = made.replace(stand_in, field)
    return made


def quote_back(address: str) -> tuple[str, str]:
    """An address as HTML has it, by itself and in the query of another one."""
    return _quote_once(address) if len(address) <= MAX_KEPT_ADDRESS else _quote_anew(address)


def _quote_anew(address: str) -> tuple[str, str]:
    quoted = path_for("account.login", next=address).partition("next=")[2]
    return str(escape(address)), str(escape(quoted))


_quote_once = lru_cache(maxsize=MAX_ADDRESSES)(_quote_anew)


def describe_paper(paper: Paper | RowPaper) -> dict[str, Any]:
    """The facts of a part that its control needs; texts are HTML."""
    address = print_path("papers.show", key=paper.key)
    return {
        "paper_id": paper.id,
        "paper_address": address,
        "paper_key": address.removeprefix(print_path("papers.show", key="")),
        "paper_title": quote(paper.title),
    }


def name_writer(entry: SummaryEntry | ListedEntry) -> str:
    """Whose summary it is, as the votes beside it say; HTML."""
    writer = entry.writer
    return "the anonymous summary" if writer is None else f"{quote(writer.display_name)}’s summary"


def render_macro(template: str, macro: str, *values: Any) -> Markup:
    """The HTML of a macro of `templates/macros/`."""
    module = current_app.jinja_env.get_template(f"macros/{template}.html").module
    found: Markup = getattr(module, macro)(*values)
    return found
