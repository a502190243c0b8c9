"""A paper's page, of which all but the places of who reads is one part.

It is made as a guest sees it, with marks in the places that differ. So are the scores of its
summaries, by which it stands after a vote that leaves their order. Members to whom it shows more,
by texts that only they see or by texts of their own, get a page that is made for them alone.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

from flask import render_template, url_for
from markupsafe import Markup

from app.cache.parts import PagePart
from app.change_log import name_of_path, name_of_title
from app.models import Paper, Summary, User
from app.queries import drafts, papers, similar, summaries
from app.queries.links import graph, links
from app.queries.links.links import SeeAlso
from app.queries.lists.own_facts import OwnPaperFacts
from app.queries.shelves.overview import list_public_shelves_of_paper
from app.queries.summary_entries import SummaryEntry
from app.references.addresses import outside_url
from app.services.exporting import citations
from app.services.exporting.formats import list_described
from app.services.papers import duplicates
from app.sources.bibtex import writing
from app.sources.formats import citation_line, meta_tags
from app.sources.retractions import Retraction
from app.views.http.access import db
from app.views.http.shared_pages import name_page
from app.views.maps.timeline import draw_timeline
from app.views.papers import metadata
from app.views.parts import own_entries
from app.views.parts.frames import AS_BLOCKS, frame_blocks
from app.views.parts.kept import find_page_part, make_mark, make_part
from app.views.parts.member_pages import FOR_ALL_MEMBERS, MEMBER_PLACES, fill_frame
from app.views.parts.own_parts import find_own_part, make_own_key, make_own_part
from app.views.parts.places import MemberPlaces, describe_paper, name_writer, render_macro
from app.views.parts.slots import fill_marks

MAP_PAPERS = 8  # in the small map beside the text
MAP_WIDTH = 260.0  # pixels, of the side column
_TEMPLATE = "papers/paper.html"
_FOR_WRITERS = {"actions": "own_actions", "more": "own_more_actions"}  # macros by their places


def _mark(name: str) -> Markup:
    return Markup(make_mark(name))  # noqa: S704  (made of letters)


_DETAILS, _OWN, _LIST = map(_mark, ("details", "own", "list"))


class ShownText(NamedTuple):
    """What fills in the places of a summary on the page.

    `whose` is HTML; `writer_id` is also of an anonymous one, so that its writer finds it as theirs.
    """

    number: int
    whose: str
    writer_id: int | None


@dataclass(frozen=True)
class Recommended:
    """A row of "See also".

    One that is not known has an address where it is added. `reason_html` is why its writer
    recommends it.
    """

    title_html: str
    label: str
    known: bool
    url: str
    add_url: str
    reason_html: str
    retraction: Retraction | None = None


def find_page(key: str, user: User | None) -> tuple[str, int] | None:
    """A kept page with its status, if it has all that somebody sees."""
    found = _find_part(key, user)
    if found is None:
        return None
    return _fill(*found, user) or (None if user is None else _find_own_page(key, user))


def show_page(paper: Paper, user: User | None) -> tuple[str, int]:
    """The page of a paper as somebody sees it, and its status."""
    name_page(name_of_title(paper.title_folded))  # which shows what may be the same work
    part, shown = _find_part(paper.key, user) or _make_part(paper, user)
    return _fill(part, shown, user) or _render_own_page(paper, user)


def _key(key: str, user: User | None) -> tuple[Any, ...]:
    return "paper page", key, user is not None, db().info["site_url"]


def _find_part(key: str, user: User | None) -> tuple[PagePart, OwnPaperFacts] | None:
    """A kept part, with what is filled in; `None` once votes have changed the order in it."""
    part = find_page_part(_key(key, user))
    if part is None:
        return None
    shown = _load_places(part)
    return (part, shown) if list(shown.scores) == [text.number for text in _texts(part)] else None


def _load_places(part: PagePart) -> OwnPaperFacts:
    numbers = [text.number for text in _texts(part)]
    facts = part.facts
    return own_entries.load_own_paper_facts_for_page(facts["paper_id"], numbers, facts["around"])


def _texts(part: PagePart) -> list[ShownText]:
    found: list[ShownText] = part.facts["texts"]
    return found


def _find_own_page(key: str, user: User) -> tuple[str, int] | None:
    """A page that was made for one member, if it is kept."""
    part = find_own_part(make_own_key("own paper", user, key))
    return None if part is None else (fill_frame(part.html, user), part.facts["status"])


def _render_own_page(paper: Paper, user: User | None) -> tuple[str, int]:
    """A page for one member, with what others do not see."""
    if user is None:
        raise ValueError("A guest sees no more than others.")
    facts: dict[str, Any] = {}

    def render() -> str:
        own_entries.load_for_page([paper.id])
        shown = _load(paper, user)
        facts["status"] = _status(shown["entries"])
        mine = next((entry.summary for entry in shown["entries"] if entry.is_mine), None)
        draft = next(iter(drafts.list_drafts_about(db(), user, paper.id)), None)
        own: dict[str, Any] = {"places": {}, "my_draft": draft, "my_summary": mine}
        return render_template(_TEMPLATE, **shown, **own, member_places=MEMBER_PLACES)

    about = name_of_path("paper", paper.key)
    key = make_own_key("own paper", user, paper.key)
    part = make_own_part(key, user, render, about=about, facts=facts)
    return fill_frame(part.html, user), facts["status"]


def _make_part(paper: Paper, user: User | None) -> tuple[PagePart, OwnPaperFacts]:
    """The page for guests, in its blocks, or the whole page for all members."""
    shown = _load(paper, None)
    entries: list[SummaryEntry] = shown["entries"]
    ids = [entry.summary.id for entry in entries]
    marks = {number: _make_marks(number) for number in ids}
    about = name_of_path("paper", paper.key)
    html: dict[Any, Any] = {**marks, "details": _DETAILS, "own": _OWN, "list": _LIST}
    shown |= FOR_ALL_MEMBERS if user is not None else {**AS_BLOCKS, "viewer": None}
    kinds = (None,) if user is None else (False, True)
    part = make_part(
        _key(paper.key, user),
        partial(render_template, _TEMPLATE, **{**shown, "places": html}),
        {name_of_title(paper.title_folded)},
        about=about,
        without_votes={about, *(name_of_path("summary", str(number)) for number in ids)},
        texts=[
            ShownText(each.summary.id, name_writer(each), each.summary.user_id) for each in entries
        ],
        details={kind: _render_details(paper, kind) for kind in kinds},
        own=render_macro("summary", "write_own", paper.key, entries, None, None),
        # Of these texts their writers see marks that others do not.
        writers={
            entry.summary.user_id
            for entry in entries
            if entry.summary.anonymous or entry.summary.place
        },
        is_doubtful=bool(shown["maybe_same"]),
        around=sorted({paper.id, *shown["map_papers"], *shown["linked"]}),
        bibtex_key=paper.key,
        **describe_paper(paper),
    )
    if user is not None:
        return part, _load_places(part)
    scores = {entry.summary.id: entry.summary.score for entry in entries}
    return part, OwnPaperFacts(scores, {}, None, None, sees_more=False)


def _make_marks(summary_id: int) -> dict[str, Markup]:
    """The places in a summary: of its score and votes, and of what its writer can do."""
    names = ("score", "votes", *_FOR_WRITERS)
    return {name: _mark(f"{name}-{summary_id}") for name in names}


def _fill(part: PagePart, shown: OwnPaperFacts, user: User | None) -> tuple[str, int] | None:
    """A page with its places filled in; `None` if it shows somebody more than it shows others."""
    facts, texts = part.facts, _texts(part)
    own = facts["own"]
    if user is not None:
        if user.id in facts["writers"] or (user.is_trusted and facts["is_doubtful"]):
            return None
        if shown.sees_more:
            return None
        mine = any(text.writer_id == user.id for text in texts)
        if shown.draft is not None or mine:
            given = ([text.number for text in texts], shown.draft, mine)
            own = render_macro("summary", "write_own", facts["bibtex_key"], *given)
    places = MemberPlaces(None if user is None else user.id, shown.votes)
    filled = {
        _DETAILS: facts["details"][None if user is None else user.is_trusted],
        _OWN: own,
        _LIST: places.make_whole_control(facts),
    }
    for number, whose, writer in texts:
        score = shown.scores.get(number, 0)  # none, if it was taken away just now
        marks = _make_marks(number)
        filled[marks["score"]] = str(score)
        filled[marks["votes"]] = places.make_votes(number, score, whose, writer)
        is_mine = user is not None and writer == user.id
        for name, macro in _FOR_WRITERS.items():
            filled[marks[name]] = render_macro("summary", macro, number) if is_mine else ""
    by_name: dict[str, str] = {mark.strip("\0"): str(html) for mark, html in filled.items()}
    html = fill_marks(part.html, by_name.get)[0]
    framed = fill_frame(html, user) if user is not None else frame_blocks(html)
    return framed, _status(texts)


def _render_details(paper: Paper, is_trusted: bool | None) -> str:
    """The facts of a paper with the ways to correct them: for guests none, for members some."""
    viewer = None if is_trusted is None else {"is_trusted": is_trusted}
    return str(render_macro("papers", "paper_details", paper, viewer))


def _status(entries: Collection[object]) -> int:
    # ShortScience promised 200 only for a paper with a summary, and other sites test for it.
    return 200 if entries else 404


def _load(paper: Paper, user: User | None) -> dict[str, Any]:
    """What the template shows."""
    entries = summaries.list_summaries_of_paper(db(), paper, user)
    see_also = links.list_see_also(db(), paper, user)
    mentioned_in, mentions_count = links.list_mentions(db(), paper, user)
    linked = {each.target.id for each in see_also if each.target is not None}
    linked |= {each.paper.id for each in mentioned_in}
    names = papers.list_identifiers(db(), paper)
    record = citations.record_of(paper, names)
    address = db().info["site_url"] + url_for("papers.show", key=paper.key)
    shelves, shelves_count = list_public_shelves_of_paper(db(), paper)
    around = graph.load_neighbourhood_graph(db(), paper, user, steps=1, max_papers=MAP_PAPERS)
    return {
        "paper": paper,
        "entries": entries,
        "address": address,
        "head_tags": meta_tags.tags(record),
        "signposts": metadata.list_signposts(record, address, list_described()),
        "preview": metadata.make_preview(paper, entries, db().info["site_url"]),
        "linked_data": metadata.build_linked_data(
            record, paper.retraction, entries, address, find_address
        ),
        "see_also": [_recommended(each) for each in see_also],
        "mentioned_in": mentioned_in,
        "mentions_count": mentions_count,
        "shelves": shelves,
        "shelves_count": shelves_count,
        "similar": similar.list_similar_papers(db(), paper, linked),
        "map": draw_timeline(around, paper.id, MAP_WIDTH, MAP_PAPERS),
        "map_papers": set(around.papers),
        "linked": linked,
        "identifiers": citations.list_reading_links(record, names),
        "maybe_same": duplicates.suggest_duplicates(db(), paper),
        "citation": citation_line.line(record),
        "bibtex": writing.entry(record),
    }


def find_address(summary: Summary) -> str:
    """The permanent address of a summary, with the site's."""
    return str(db().info["site_url"]) + url_for("summaries.show", summary_id=summary.id)


def _recommended(found: SeeAlso) -> Recommended:
    target, reason = found.target, found.reason_html
    if target is not None:
        address = url_for("papers.show", key=target.key, _anchor=found.user)
        return Recommended(
            target.title_html, found.label, True, address, "", reason, target.retraction
        )
    outside = outside_url(found.kind, found.value)
    return Recommended(
        "",
        found.label,
        False,
        outside or url_for("papers.show", key=found.value),
        url_for("papers.new", q=found.value),
        reason,
    )
