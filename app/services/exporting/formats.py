"""All formats in which papers can be taken away, one line each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import BinaryIO

from sqlalchemy.orm import Session

from app.services.exporting import text_files
from app.services.exporting.paper_set import PaperSet
from app.services.exporting.text_files import Write, make_writer


@dataclass(frozen=True)
class Format:
    """A format, by the end of its addresses.

    Attributes:
        label: what a menu calls it.
        write: writes a set of papers into a file.
        describes: whether programs look for single papers in it.
        is_text: whether it is text in UTF-8.
    """

    label: str
    media_type: str
    write: Write
    describes: bool = True
    is_text: bool = True

    @property
    def content_type(self) -> str:
        return f"{self.media_type}; charset=utf-8" if self.is_text else self.media_type


def _write_epub(session: Session, chosen: PaperSet, file: BinaryIO) -> None:
    # Loaded when the first book is made: lxml takes 5 MB of a worker.
    from app.services.exporting.epub_chapters import write_epub

    write_epub(session, chosen, file)


_RIS = "application/x-research-info-systems"
FORMATS = {
    "bib": Format("BibTeX", "application/x-bibtex", make_writer(text_files.write_bibtex)),
    "ris": Format("RIS", _RIS, make_writer(text_files.write_ris)),
    "json": Format("CSL-JSON", "application/json", make_writer(text_files.write_csl)),
    "csv": Format("Table (CSV)", "text/csv", make_writer(text_files.write_csv), describes=False),
    "epub": Format(
        "Summaries (EPUB)", "application/epub+zip", _write_epub, describes=False, is_text=False
    ),
}


def list_described() -> list[tuple[str, str]]:
    """The ends and media types of the formats in which programs look for a paper."""
    return [(end, each.media_type) for end, each in FORMATS.items() if each.describes]
