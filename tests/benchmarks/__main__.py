"""Run the benchmarks: `python -m tests.benchmarks speed`."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable

import click

from tests.benchmarks import dblp, growth, hostility, rendering, search, web
from tests.benchmarks.measure import Figure

GROUPS: dict[str, Callable[[], Iterable[Figure]]] = {
    "dblp": dblp.figures,
    "growth": growth.figures,
    "hostility": hostility.figures,
    "rendering": rendering.figures,
    "search": search.figures,
    "web": web.figures,
}


@click.command()
@click.argument("groups", nargs=-1, type=click.Choice(sorted(GROUPS)))
def main(groups: tuple[str, ...]) -> None:
    """Measure what the project promises, and print each figure beside its bar.

    Without GROUPS all of them run. The exit code is 1 when a figure is short of its bar.

    \b
    Groups:
      dblp        S6: a file of dblp's shape of 200 MB, to iterparse and executemany alone
      growth      S4, S2, S3: pages of made-up libraries of up to a million papers (the first time
                  ten minutes and 4 GB; SHORTLIST_TEST_DATA names the folder that keeps them)
      hostility   R5: hostile texts sent to a server that others read (two minutes)
      rendering   S7: the whole pipeline against Python-Markdown's "extra" alone
      search      S5: results and suggestions in a million papers, against FTS5's bm25 (the library
                  for it is made the first time, which takes ten minutes)
      web         backlinks, maps and cards: 100,000 summaries, 500,000 links, to 1,500 summaries

    \b
    Example:
      python -m tests.benchmarks rendering
    """
    short = False
    for name in groups or sorted(GROUPS):
        for figure in GROUPS[name]():
            click.echo(str(figure))
            short |= not figure.reached
    sys.exit(short)


main()
