"""The facets beside results: links that narrow a search, and keep its order."""

from __future__ import annotations

from flask import Flask

from app.queries.search.facets import Facet, FacetValue
from app.views.site.search_facets import print_facets


def test_links_keep_the_order_of_the_results(app: Flask) -> None:
    facets = [Facet("year", [FacetValue("2015", 1200, "deep nets year:2015")])]
    with app.test_request_context():
        html = print_facets(facets, "votes")
        usual = print_facets(facets, None)
    assert "<h2>Year</h2>" in html
    assert 'href="/search?q=deep+nets+year:2015&amp;sort=votes"' in html
    assert "<small>1,200</small>" in html
    assert 'href="/search?q=deep+nets+year:2015"' in usual


def test_labels_and_queries_are_escaped(app: Flask) -> None:
    values = [FacetValue("<b>&", 2, 'a"b<i> & author:"O\'Neil <x>"')]
    with app.test_request_context():
        html = print_facets([Facet("author", values)], None)
    assert "<bdi>&lt;b&gt;&amp;</bdi>" in html
    assert "<b>" not in html
    assert "<i>" not in html
    assert "q=a%22b%3Ci%3E+%26+author:%22O&#39;Neil+%3Cx%3E%22" in html


def test_what_stands_above_the_results_is_no_facet_beside_them(app: Flask) -> None:
    facets = [Facet("has", [FacetValue("With a summary", 2, "nets has:summary")])]
    with app.test_request_context():
        assert print_facets(facets, None) == ""
