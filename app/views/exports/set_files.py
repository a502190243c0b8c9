"""Sets of papers as files, each beside the page that shows it: `/tag/x.bib` beside `/tag/x`.

And as a page to print: `/tag/x/print`.
"""

from __future__ import annotations

from functools import partial

from flask import Blueprint, redirect, request, url_for
from werkzeug.wrappers import Response

from app.queries import people
from app.queries.catalogue import authors, overview, paper_ids, venues
from app.queries.lists import reading_list as lists
from app.queries.search import results
from app.queries.shelves.access import SeenShelf
from app.queries.shelves.contents import list_shelved_ids
from app.views.accounts import users
from app.views.catalogue import authors as author_pages
from app.views.catalogue import tags
from app.views.catalogue import venues as venue_pages
from app.views.exports.answers import END, PRINT, PRINTED, answer_set
from app.views.http import listing
from app.views.http.access import db, needs_sign_in, search_text, signed_in, viewer
from app.views.http.security import EXPORT_LIMIT
from app.views.lists import reading_list as list_pages
from app.views.papers.paper import MAX_QUERY_CHARS
from app.views.shelves.loading import at_shelf, place_of, with_shelf
from app.views.site.search import SORTS

blueprint = Blueprint("set_files", __name__)


@blueprint.get(f"/papers{END}")
@blueprint.get("/papers/print", defaults=PRINTED)
@EXPORT_LIMIT
def everything(form: str) -> Response | str:
    """All papers, in the order in which they came."""
    load = partial(paper_ids.list_paper_ids, db())
    return answer_set(form, "All papers", load, url_for("home.front"), name="papers")


@blueprint.get(f"/search{END}")
@blueprint.get("/search/print", defaults=PRINTED)
@EXPORT_LIMIT
def search(form: str) -> Response | str:
    """What exactly a query finds, as far as it is ranked."""
    query, sort = search_text(MAX_QUERY_CHARS), request.args.get("sort", "")
    sort = sort if sort in SORTS else "best"

    def load(limit: int, offset: int) -> list[int]:
        asked = results.Asked(query, limit, offset, sort, is_exact=True)
        return results.list_found_paper_ids(db(), asked, viewer())

    path = url_for("search.results", q=query)
    return answer_set(form, f"Search for {query}", load, path, name=f"search-{query}")


@blueprint.get(f"/list{END}")
@blueprint.get("/list/print", defaults=PRINTED)
@EXPORT_LIMIT
@needs_sign_in
def reading_list(form: str) -> Response | str:
    """One's own list, narrowed and sorted as its page is."""
    wanted, sort = list_pages.read_filter(), list_pages.read_sort()
    load = partial(lists.list_paper_ids, db(), signed_in(), wanted, sort=sort)
    path = url_for("reading_list.index", **list_pages.make_arguments(wanted, sort))
    return answer_set(form, "Reading list", load, path, name="reading-list")


@blueprint.get(f"/tag/<name>{END}")
@blueprint.get("/tag/<name>/print", defaults=PRINTED)
@EXPORT_LIMIT
def tag(name: str, form: str) -> Response | str:
    whole, found = f"{name}.{form}", overview.find_tag(db(), name)
    if found is None or _is_page(form, overview.find_tag(db(), whole)):
        # A name may really end so.
        page: Response | str = tags.show(name=whole)
        return page
    if found.name != name:
        return redirect(url_for(".tag", name=found.name, form=form), 301)
    load = partial(paper_ids.list_paper_ids_of_tag, db(), found)
    path = url_for("tags.show", name=found.name)
    return answer_set(form, f"Tag: {found.name}", load, path, name=f"tag-{found.name}")


@blueprint.get(f"/venue/<path:key>{END}")
@blueprint.get("/venue/<path:key>/print", defaults=PRINTED)
@EXPORT_LIMIT
def venue(key: str, form: str) -> Response | str:
    """The papers of a venue, of one year or of all."""
    whole, found = f"{key}.{form}", venues.find_venue(db(), key)
    if found is None or _is_page(form, venues.find_venue(db(), whole)):
        return venue_pages.show(key=whole)
    year = listing.read_year()
    load = partial(paper_ids.list_paper_ids_of_venue, db(), found, year)
    path = url_for("venues.show", key=found.key, year=year)
    title = _name_year(found.name, year)
    return answer_set(form, title, load, path, name=title)


@blueprint.get(f"/author/<key>{END}")
@blueprint.get("/author/<key>/print", defaults=PRINTED)
@EXPORT_LIMIT
def author(key: str, form: str) -> Response | str:
    """The papers of an author, of one year or of all."""
    whole, found = f"{key}.{form}", authors.find_author(db(), key)
    if found is None or _is_page(form, authors.find_author(db(), whole)):
        return author_pages.show(key=whole)
    year = listing.read_year()
    load = partial(paper_ids.list_paper_ids_of_author, db(), found, year)
    path = url_for("authors.show", key=found.key, year=year)
    return answer_set(form, _name_year(found.name, year), load, path, name=found.key)


@blueprint.get(f"/user/<name>{END}")
@blueprint.get("/user/<name>/print", defaults=PRINTED)
@EXPORT_LIMIT
def user(name: str, form: str) -> Response | str:
    """The papers about which a user wrote, as far as the reader may know that."""
    whole, found = f"{name}.{form}", people.find_user(db(), name)
    if found is None or _is_page(form, people.find_user(db(), whole)):
        page: Response | str = users.show(name=whole)
        return page
    if found.name != name:
        return redirect(url_for(".user", name=found.name, form=form), 301)
    load = partial(paper_ids.list_paper_ids_of_user, db(), found, viewer())
    path = url_for("users.show", name=found.name)
    title = f"Summaries by {found.display_name}"
    return answer_set(form, title, load, path, name=f"user-{found.name}", writer=found)


@at_shelf(blueprint, END)
@blueprint.get("/shelf/<name>/<slug>/print", defaults=PRINTED)
@blueprint.get("/shared-shelf/<code>/print", defaults=PRINTED)
@EXPORT_LIMIT
@with_shelf
def shelf(seen: SeenShelf, form: str) -> Response | str:
    """The papers of a shelf, in its order."""

    def load(limit: int, offset: int) -> list[int]:
        return list_shelved_ids(db(), seen.shelf)[offset : offset + limit]

    path = url_for("shelves.show", **place_of(seen))
    title = seen.shelf.title
    return answer_set(form, title, load, path, name=title, is_public=seen.is_public)


def _is_page(form: str, named: object | None) -> bool:
    """Whether the address is that of a page whose name ends like a file."""
    return form != PRINT and named is not None


def _name_year(name: str, year: int | None) -> str:
    return name if year is None else f"{name} {year}"
