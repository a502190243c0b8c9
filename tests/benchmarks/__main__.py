"""Run the benchmarks: `python -m tests.benchmarks speed`."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable

import click

from tests.benchmarks import hostility, rendering, search
from tests.benchmarks.measure import Figure

GROUPS: dict[str, Callable[[], Iterable[Figure]]] = {
    "hostility": hostility.figures,
    "rendering": rendering.figures,
    "search": search.figures,
}


@click.command()
@click.argument("groups", nargs=-1, type=click.Choice(sorted(GROUPS)))
def main(groups: tuple[str, ...]) -> None:
    """Measure what the project promises, and print each figure beside its bar.

    Without GROUPS all of them run. The exit code is 1 when a figure is short of its bar.

    \b
    Groups:
      hostility   R5: hostile texts sent to a server that others read (two minutes)
      rendering   S7: the whole pipeline against Python-Markdown's "extra" alone
      search      S5: results and suggestions in a million papers, against FTS5's bm25 (the library
                  for it is made the first time, which takes ten minutes)

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
