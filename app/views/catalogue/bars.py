"""Small bars drawn as SVG.

Such as the papers of each year of a venue or an author, or of each month of a reader.
"""

from __future__ import annotations

from calendar import month_abbr
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from app.queries.catalogue.venues import YearCount
from app.queries.lists.reading_year import ReadingMonth
from app.views.http.quoting import quote
from app.views.http.templating import count

HEIGHT = 72  # of the tallest bar, in units of the drawing
MIN_BAR_PIXELS = 2  # what is not nothing is seen
CURRENT = ' aria-current="page"'


@dataclass(frozen=True)
class Bar:
    """One bar, which is a link.

    `words` say what it shows, `tall` and `filled` are its heights.
    """

    label: str
    words: str
    url: str
    tall: float
    filled: float
    is_current: bool


def make_year_bars(years: Iterable[YearCount], url: str, current: int | None) -> list[Bar]:
    """Papers by year, those with summaries filled in.

    `url` is the list that a year narrows.
    """
    years = list(years)
    most = max((each.papers for each in years), default=1)
    return [
        Bar(
            label=str(each.year),
            words=_words(each),
            url=f"{url}?year={each.year}",
            tall=_height(each.papers, most),
            filled=_height(each.with_summaries, most),
            is_current=each.year == current,
        )
        for each in years
    ]


def print_year_bars(years: Iterable[YearCount], url: str, current: int | None) -> Markup:
    """The bars that `make_year_bars` gives, as HTML."""
    return print_bars(make_year_bars(years, url, current))


def make_month_bars(months: Iterable[ReadingMonth]) -> list[Bar]:
    """Papers that were read or summarised by month, the latter filled in; the latest first.

    Each leads to the section of its month on the same page.
    """
    months = list(months)
    most = max((len(each.papers) for each in months), default=0) or 1
    return [
        Bar(
            label=month_abbr[each.number],
            words=f"{count(each.read, 'paper', 'papers')} read, {each.summarised:,} summarised",
            url=f"#page-month-{each.number}",
            tall=_height(len(each.papers), most),
            filled=_height(each.summarised, most),
            is_current=False,
        )
        for each in reversed(months)
    ]


def print_bars(
    bars: Sequence[Bar],
    label: str = "Years",
    every: str = "papers",
    some: str = "with summaries",
) -> Markup:
    """Bars in their order: a list of links, each with its numbers in words.

    Args:
        every, some: what whole bars show, and what is filled.
    """
    if not bars:
        return Markup("")
    items = "".join(map(_print_bar, bars))
    return Markup(  # noqa: S704  (escaped)
        f'<p class="years-key" aria-hidden="true"><span>{quote(every)}</span> '
        f'<span class="years-key__summaries">{quote(some)}</span></p>\n'
        f'<ol class="years" aria-label="{quote(label)}">{items}</ol>'
    )


def _print_bar(bar: Bar) -> str:
    words = quote(bar.words)
    filled = (
        f'<path class="years__summaries" d="M0 72V{HEIGHT - bar.filled}H20V72"/>'
        if bar.filled
        else ""
    )
    return (
        f'  <li><a href="{quote(bar.url)}"{CURRENT if bar.is_current else ""} title="{words}">'
        f'<svg viewBox="0 0 20 72" aria-hidden="true">'
        f'<path class="years__papers" d="M0 72V{HEIGHT - bar.tall}H20V72"/>{filled}</svg> '
        f'{quote(bar.label)}<span class="visually-hidden">: {words}</span></a></li>'
    )


def _words(year: YearCount) -> str:
    written = "a summary" if year.with_summaries == 1 else "summaries"
    return f"{count(year.papers, 'paper', 'papers')}, {year.with_summaries:,} with {written}"


def _height(number: int, most: int) -> float:
    return max(round(HEIGHT * number / most, 1), MIN_BAR_PIXELS) if number else 0
