"""A citation as one line that a person reads."""

from __future__ import annotations

from dataclasses import dataclass

from app.sources.record import PaperRecord, has_more_authors
from app.sources.works import address_of, kind_of, pages_of, venue_of
from app.text.lines import visible_line

ALL_NAMED = 6  # so many authors are named all; of more, the first three


@dataclass(frozen=True)
class CitationLine:
    """A citation in parts, each without the sign that ends it.

    Attributes:
        authors: `Ada Lovelace and Charles Babbage`; of many the first three and "et al."
        title: as it is stored, with formulas between dollars.
        venue: its name in full.
        place: volume, number, pages, publisher and year.
        address: of its DOI or arXiv number, or another one.
    """

    authors: str
    title: str
    venue: str
    place: str
    address: str

    @property
    def text(self) -> str:
        """All of it as plain text."""
        where = ", ".join(filter(None, (self.venue, self.place)))
        parts = [_ended(part) for part in (self.authors, self.title, where) if part]
        return " ".join([*parts, self.address] if self.address else parts)


def line(record: PaperRecord) -> CitationLine:
    """The citation of a record."""
    details = record.details
    volume, number = details.get("volume", ""), details.get("number", "")
    first, last = pages_of(record)
    kind = kind_of(record)
    source = details.get("school") or details.get("institution") or details.get("publisher")
    place = [
        f"{volume}({number})" if volume and number else volume or number,
        f"{first}–{last}" if last else first,
        source if kind in ("book", "chapter", "thesis", "report") else "",
        str(record.year or ""),
    ]
    venue = venue_of(record)
    if kind == "preprint":
        venue = f"arXiv:{record.arxiv_id}" if record.arxiv_id else "Preprint"
    return CitationLine(
        authors=_authors(record.authors, has_more_authors(record)),
        title=visible_line(record.title),
        venue=visible_line(venue),
        place=visible_line(", ".join(filter(None, place))),
        address=address_of(record),
    )


def _authors(names: tuple[str, ...], and_others: bool) -> str:
    if and_others or len(names) > ALL_NAMED:
        return f"{', '.join(map(visible_line, names[:3]))}, et al."
    shown = [visible_line(name) for name in names]
    if len(shown) < 3:
        return " and ".join(shown)
    return f"{', '.join(shown[:-1])} and {shown[-1]}"


def _ended(part: str) -> str:
    return part if part.endswith((".", "?", "!")) else f"{part}."
