"""The HTML of rows, joined of strings.

A page that nobody has seen has dozens of them to make. This is the one home of what lists say of a
paper and a summary; macros print the same elsewhere. Papers and entries are those of
`app.queries.catalogue.list_rows`, or loaded in full.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Any

from flask import Flask
from markupsafe import Markup

from app.models import User
from app.sources.provenance import Provenance
from app.views.http.moments import write_dates
from app.views.http.paths import print_path
from app.views.http.quoting import quote
from app.views.http.templating import count
from app.views.parts.own_entries import own_entry
from app.views.parts.places import name_writer, render_macro

ALL_NAMED = 4  # authors; of more the first three are named
FIRST_NAMED = 3


def init(app: Flask) -> None:
    """Make it known to the templates."""
    for piece in (
        *(name_writer, print_authors, print_paper_row, print_retraction_mark, print_tags),
        *(print_provenance, print_unapi_id, print_where, print_writer),
    ):
        app.add_template_global(_as_html(piece), piece.__name__)


def _as_html(piece: Callable[..., str]) -> Callable[..., Markup]:
    return lambda *values, **named: Markup(piece(*values, **named))  # noqa: S704  (escaped here)


def print_entry_row(
    entry: Any,
    viewer: User | None,
    openings: bool,
    places: Mapping[str, str] | None = None,
) -> str:
    """A summary with its paper.

    Where the paper has more than one, the title leads to the one that the row shows.
    """
    anchor = entry.fragment if entry.summaries_count > 1 else ""
    of_entry = (entry.paper, entry, entry.summaries_count, viewer)
    return print_row(*of_entry, openings=openings, anchor=anchor, places=places)


def print_paper_row(found: Any, viewer: User | None, **more: Any) -> str:
    """A paper by the best of its summaries.

    It is called so where there are more.
    """
    whose = "top summary by" if found.summaries_count > 1 else ""
    return print_row(found.paper, found.best, found.summaries_count, viewer, whose=whose, **more)


def print_row(
    paper: Any,
    entry: Any,
    summaries_count: int,
    viewer: User | None,
    *,
    openings: bool = False,
    whose: str = "",
    anchor: str = "",
    title: str = "",
    excerpt: str = "",
    write: bool = False,
    places: Mapping[str, str] | None = None,
    further: str = "",
) -> str:
    """The row of all lists: title; writer, age and paper; takeaway; tags.

    Args:
        entry: the summary that is shown; `None` where there is none.
        whose: what is said of it before its writer.
        anchor: where on the paper's page the title leads to.
        title, excerpt: HTML in which is marked what was looked for; the excerpt stands in the place
            of the takeaway.
        write: whether to offer to write about the paper.
        places: marks, in a row that is kept for all, of what is filled in for each reader.
        further: HTML that a page adds.
    """
    address = print_path("papers.show", key=paper.key)
    of_entry = chips = ""
    votes: object = "<div></div>"
    if entry is not None:
        votes = places["votes"] if places else render_macro("votes", "votes", entry, viewer)
        marks = render_macro("people", "short_marks", entry.summary) if entry.is_mine else ""
        of_entry = (
            f'<span class="row__writer">{f"{quote(whose)} " if whose else ""}'
            f"{print_writer(entry.writer)}</span>{marks}{write_dates(entry.summary)}"
            f"{print_provenance(entry.summary)}"
        )
        chips = print_tags(entry.tags)
    other = ""
    if not summaries_count:
        other = "<span>no summary yet</span>"
    elif summaries_count > 1 or entry is None:
        summaries = count(summaries_count, "summary", "summaries")
        other = f'<span><a href="{address}">{summaries}</a></span>'
    if places:
        remark, control = places["remark"], places["control"]
    else:
        own = own_entry(paper)
        remark = f"{render_macro('lists', 'own_remark', own)}{quote(further)}"
        place = f"page-list-{entry.summary.id if entry is not None else f'p{paper.id}'}"
        control = render_macro("lists", "list_control", paper, own, viewer, place)
    fragment = f"#{quote(anchor)}" if anchor else ""
    return (
        f'<li><article class="row" data-row>\n{votes}<div class="row__body">\n'
        f"{print_unapi_id(paper)}"
        f'<h2 class="row__title" dir="auto"><a href="{address}{fragment}">'
        f"{quote(title) if title else paper.title_html}</a></h2>\n"
        f'<div class="meta row__meta">{print_retraction_mark(paper)}{of_entry}{other}'
        f"{print_where(paper)}{print_authors(paper)}</div>\n"
        f"{_print_takeaway(entry, excerpt, openings)}"
        f"{_print_opening(paper, entry, address) if openings else ''}{chips}{remark}"
        f"{_print_writing(paper) if write else ''}</div>\n{control}\n</article></li>"
    )


def print_unapi_id(paper: Any) -> str:
    """By which programs such as Zotero find the paper that stands here."""
    return f'<abbr class="unapi-id" title="paper:{paper.id}" hidden></abbr>'


def print_retraction_mark(paper: Any) -> str:
    """That a paper is retracted, or of concern, among the facts of a row."""
    retraction = paper.retraction
    if retraction is None:
        return ""
    kind = "" if retraction.is_retracted else " retraction--concern"
    return f'<strong class="retraction{kind}">{quote(retraction.label)}</strong>'


def print_provenance(summary: Any) -> str:
    """What its writer states of how a summary came about, in short."""
    if not (summary.read or summary.made or summary.interest):
        return ""
    stated = Provenance(summary.read, summary.made, summary.interest)
    return f'<span class="row__stated" title="{quote(stated.words)}">{quote(stated.brief)}</span>'


def print_writer(user: Any) -> str:
    """A link to a user; `None` is "Anonymous"."""
    if user is None:
        return "Anonymous"
    address = print_path("users.show", name=user.name)
    return f'<a href="{address}"><bdi>{quote(user.display_name)}</bdi></a>'


def print_where(paper: Any) -> str:
    """`NeurIPS 2015`, each half a link."""
    venue, year = paper.venue, paper.year
    if venue is None:
        return f"<span>{year}</span>" if year else ""
    address = print_path("venues.show", key=venue.key)
    printed = paper.printed_venue[1]
    title = f' title="{quote(printed)}"' if printed else ""
    of_year = ""
    if year:
        of_year = f' <a href="{address}?year={year}">{year}</a>'
    label = quote(paper.venue_label)
    return f'<span><a href="{address}"{title}><bdi>{label}</bdi></a>{of_year}</span>'


def print_authors(paper: Any) -> str:
    """`A, B, C and 5 more`: names as text."""
    names, total = paper.listed_authors
    if not names:
        return ""
    shown = total if total <= ALL_NAMED else FIRST_NAMED
    # Nothing that is stored holds a NUL, so that all of them are escaped at once.
    named = quote("\0".join(names[:shown])).replace("\0", "</bdi>, <bdi>")
    more = f" and {total - shown} more" if total > shown else ""
    return f'<span class="meta__authors"><bdi>{named}</bdi>{more}</span>'


def print_tags(tags: Iterable[Any]) -> str:
    """Tags as links."""
    chips = "".join(
        f'<li><a class="chip" href="{print_path("tags.show", name=tag.name)}">'
        f"{quote(tag.name)}</a></li>"
        for tag in tags
    )
    return f'<ul class="chips" aria-label="Tags">{chips}</ul>' if chips else ""


def _print_takeaway(entry: Any, excerpt: str, openings: bool) -> str:
    """The takeaway, or what stands in its place."""
    if excerpt:
        return f'<p class="row__takeaway row__excerpt" dir="auto">{quote(excerpt)}</p>\n'
    if entry is None or (openings and not entry.summary.takeaway_html):
        return ""
    summary = entry.summary
    said = summary.takeaway_html or summary.lead_html or quote(summary.excerpt)
    return f'<p class="row__takeaway" dir="auto">{said}</p>\n'


def _print_opening(paper: Any, entry: Any, address: str) -> str:
    """How the text begins."""
    if entry is None:
        return ""
    return (
        f'<div class="opening"><div class="opening__text"><div class="prose" dir="auto">'
        f"{entry.summary.opening_html}</div></div></div>\n"
        f'<a class="read-on" href="{address}#{quote(entry.fragment)}">Continue reading'
        f'<span class="visually-hidden">: {quote(paper.title)}</span> {_icon("next")}</a>\n'
    )


def _print_writing(paper: Any) -> str:
    address = print_path("summaries.edit", key=paper.key)
    return (
        '<p class="row__actions"><a class="button button--quiet button--small" '
        f'href="{address}">{_icon("edit")} Write'
        f'<span class="visually-hidden"> about {quote(paper.title)}</span></a></p>\n'
    )


@cache
def _icon(name: str) -> str:
    return str(render_macro("icons", "icon", name))
