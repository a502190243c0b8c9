"""A graph of papers as a file: JSON, GraphML (graphml.graphdrawing.org) and DOT (Graphviz)."""

from __future__ import annotations

import json
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from app.queries.links.edges import Graph, GraphPaper
from app.text.lines import remove_not_xml

FORMATS = {
    "json": "application/json",
    "graphml": "application/graphml+xml",
    "dot": "text/vnd.graphviz",
}
_KEYS = (
    ("title", "node", "string"),
    ("year", "node", "int"),
    ("section", "node", "string"),
    ("summaries", "node", "int"),
    ("retraction", "node", "string"),
    ("links", "edge", "int"),
    ("see_also", "edge", "boolean"),
)


def write(graph: Graph, form: str) -> str:
    """The graph in one of `FORMATS`; papers are named by their keys."""
    return {"json": format_graph_json, "graphml": format_graphml, "dot": format_dot}[form](graph)


def format_graph_json(graph: Graph) -> str:
    """The graph as JSON.

    `{"papers": [{"key", "title", "year", "section", "summaries", "retraction"}], "links":
    [{"source", "target", "links", "see_also"}], "left_out": 0}`
    """
    return json.dumps(
        {
            "papers": [{"key": paper.key, **_facts(paper)} for paper in graph.papers.values()],
            "links": [
                {
                    "source": source,
                    "target": target,
                    "links": links,
                    "see_also": see_also,
                }
                for source, target, links, see_also in _edges(graph)
            ],
            "left_out": graph.left_out,
        },
        ensure_ascii=False,
        indent=1,
    )


def format_graphml(graph: Graph) -> str:
    """GraphML 1.0, with the facts of papers and links as `data`."""
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<graphml xmlns="http://graphml.graphdrawing.org/xmlns">',
    ]
    for name, of, kind in _KEYS:
        lines.append(f'<key id="{name}" for="{of}" attr.name="{name}" attr.type="{kind}"/>')
    lines.append('<graph edgedefault="directed">')
    for paper in graph.papers.values():
        facts = "".join(
            f'<data key="{name}">{_xml(str(value))}</data>'
            for name, value in _facts(paper).items()
            if value is not None
        )
        lines.append(f"<node id={_attribute(paper.key)}>{facts}</node>")
    for source, target, links, see_also in _edges(graph):
        lines.append(
            f"<edge source={_attribute(source)} target={_attribute(target)}>"
            f'<data key="links">{links}</data>'
            f'<data key="see_also">{"true" if see_also else "false"}</data></edge>'
        )
    return "\n".join([*lines, "</graph>", "</graphml>", ""])


def format_dot(graph: Graph) -> str:
    """A `digraph` for Graphviz."""
    lines = ["digraph shortlist {"]
    for paper in graph.papers.values():
        mark = f" ({paper.retraction.label})" if paper.retraction else ""
        lines.append(f"  {_quoted(paper.key)} [label={_quoted(paper.title + mark)}];")
    for source, target, links, see_also in _edges(graph):
        style = "solid" if see_also else "dashed"
        lines.append(f"  {_quoted(source)} -> {_quoted(target)} [weight={links}, style={style}];")
    return "\n".join([*lines, "}", ""])


def _facts(paper: GraphPaper) -> dict[str, Any]:
    return {
        "title": paper.title,
        "year": paper.year,
        "section": paper.section_slug,
        "summaries": paper.summaries_count,
        "retraction": paper.retraction and paper.retraction.nature,
    }


def _edges(graph: Graph) -> list[tuple[str, str, int, bool]]:
    return [
        (graph.papers[e.source].key, graph.papers[e.target].key, e.links, e.see_also)
        for e in graph.edges
        if e.source in graph.papers and e.target in graph.papers
    ]


def _xml(text: str) -> str:
    return escape(remove_not_xml(text))


def _attribute(text: str) -> str:
    return quoteattr(remove_not_xml(text))


def _quoted(text: str) -> str:
    # In DOT's quoted strings a backslash begins an escape of the label's own language.
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ") + '"'
