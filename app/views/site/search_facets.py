"""The facets of a search as HTML, joined of strings.

A page has dozens of their links.
"""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup, escape

from app.queries.search.facets import Facet
from app.views.http.paths import path_for, quote_value

FACETS = {
    "year": "Year",
    "venue": "Venue",
    "section": "Section",
    "tag": "Tag",
    "author": "Author",
}


def print_facets(facets: Sequence[Facet], sort: str | None) -> Markup:
    """The facets that stand beside the results, with a link for each of their values.

    Args:
        sort: the order that the links keep; `None` for the usual one.
    """
    before = f"{path_for('search.results')}?q="
    behind = escape(f"&sort={quote_value(sort)}") if sort else ""
    html = []
    for facet in facets:
        if facet.name in FACETS:
            html.append(f'<section class="side-block">\n<h2>{FACETS[facet.name]}</h2>\n<ul>')
            html += [
                f'<li><a href="{before}{escape(quote_value(value.query))}{behind}">'
                f"<bdi>{escape(value.label)}</bdi></a> <small>{value.count:,}</small></li>"
                for value in facet.values
            ]
            html.append("</ul>\n</section>")
    return Markup("".join(html))  # noqa: S704  (escaped)
