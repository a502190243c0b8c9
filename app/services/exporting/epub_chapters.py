"""The summaries of a set as a book, a chapter for each paper."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import islice
from pathlib import PurePath
from typing import BinaryIO

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.licences import Licence
from app.models import Paper, Picture
from app.queries.catalogue.full_texts import iterate_texts
from app.queries.summary_entries import SummaryEntry
from app.references.addresses import outside_url, paper_path
from app.services.exporting.epub_book import Book, Contents
from app.services.exporting.epub_xhtml import XhtmlMaker, make_text, make_valid
from app.services.exporting.paper_set import PaperSet
from app.services.pictures.storage import find_storage

MAX_CHAPTERS = 200
MAX_PER_PAPER = 3  # summaries
MAX_PICTURE_BYTES = 50_000_000  # of all pictures; what is more is linked
_PICTURE = re.compile(r"/pictures/([\w-]+\.(?:png|jpg|gif))")
_UNCHANGED = datetime(2000, 1, 1, tzinfo=UTC)


def write_epub(session: Session, chosen: PaperSet, file: BinaryIO) -> None:
    """Write the summaries of a set that its reader may see, with formulas and pictures.

    A book has at most `MAX_CHAPTERS` papers, each with its best summaries, the reader's own first.
    """
    site = session.info["site_url"]
    book = Book(file, chosen.title, site + chosen.path)
    found = iterate_texts(
        session, chosen.paper_ids, chosen.reader, chosen.writer, per_paper=MAX_PER_PAPER
    )
    # The title page comes first, and knows nothing of the pages after it.
    address = make_valid(site + chosen.path)
    book.add_page(
        Contents("title.xhtml", chosen.title),
        f'<section class="cover" epub:type="titlepage"><h1>{make_text(chosen.title)}</h1>\n'
        f'<p><a href="{make_text(address)}">{make_text(address)}</a></p></section>',
    )
    writer = _ChapterWriter(session, book, site)
    for number, entries in enumerate(islice(found, MAX_CHAPTERS), 1):
        writer.write(number, entries)
    if not writer.count:
        book.add_page(Contents("none.xhtml", "No summaries"), "<p>There are no summaries.</p>")
    creator = site if chosen.writer is None else chosen.writer.display_name
    rights = ", ".join(sorted(writer.licences))
    book.close(creator, writer.changed_at, f"Where stated: {rights}" if rights else "")


class _ChapterWriter:
    """Writes chapters, and knows when their texts last changed."""

    def __init__(self, session: Session, book: Book, site: str) -> None:
        self._session, self._book, self._site = session, book, site
        self._picture_bytes = 0
        self.count = 0
        self.changed_at = _UNCHANGED
        self.licences: set[str] = set()

    def write(self, number: int, entries: Sequence[SummaryEntry]) -> None:
        """Write the summaries of one paper."""
        paper, stem = entries[0].paper, f"p{number}"
        title = self._make(paper.title_html, f"{stem}-t-", {})
        body = [f"<h1>{title}</h1>", *self._make_facts(paper)]
        parts = []
        for place, entry in enumerate(entries, 1):
            writer = "Anonymous" if entry.writer is None else entry.writer.display_name
            parts.append((f"s{place}", f"Summary by {writer}"))
            files = dict(self._add_pictures(entry, f"{stem}-{place}"))
            body += self._make_summary(entry, place, writer, files)
            published = entry.summary.published_at or entry.summary.created_at
            self.changed_at = max(self.changed_at, published, entry.summary.edited_at or published)
        self.count += 1
        self._book.add_page(
            Contents(f"{stem}.xhtml", paper.title, parts if len(parts) > 1 else ()),
            "\n".join(body),
        )

    def _make_facts(self, paper: Paper) -> Iterator[str]:
        names = ", ".join(each.printed for each in paper.authorships)
        if names:
            yield f'<p class="facts">{make_text(names)}</p>'
        venue, title = paper.printed_venue
        where = " ".join(filter(None, (title or venue, str(paper.year or ""))))
        if where:
            yield f'<p class="facts">{make_text(where)}</p>'
        if paper.retraction is not None:
            note = make_text(paper.retraction.note)
            yield f'<p class="facts"><strong>{note}</strong></p>'
        doi = outside_url("doi", paper.doi) if paper.doi else None
        addresses = (doi or "", self._site + paper_path(paper.key))
        for address in filter(None, map(make_valid, addresses)):
            text = make_text(address)
            yield f'<p class="facts"><a href="{text}">{text}</a></p>'

    def _make_summary(
        self, entry: SummaryEntry, place: int, writer: str, files: Mapping[str, str]
    ) -> Iterator[str]:
        summary, prefix = entry.summary, f"s{place}-"
        day = summary.published_at or summary.created_at
        yield f'<section id="s{place}"><h2>Summary by {make_text(writer)}</h2>'
        address = make_text(make_valid(f"{self._site}/summary/{summary.id}"))
        said = f'<a href="{address}">{day:%Y-%m-%d}</a>'
        marks = [summary.visibility] if summary.visibility != "public" else []
        marks += ["anonymous"] if summary.anonymous and entry.is_mine else []
        marks += summary.provenance.terms.values()
        marks += [self._link_licence(summary.published_under)] if summary.published_under else []
        said = " · ".join([said, *marks])
        yield f'<p class="facts">{said}</p>'
        if summary.takeaway_html:
            takeaway = self._make(summary.takeaway_html, f"{prefix}t-", files)
            yield f'<p class="takeaway">{takeaway}</p>'
        yield f"<div>{self._make(summary.html, prefix, files)}</div></section>"

    def _link_licence(self, licence: Licence) -> str:
        self.licences.add(licence.name)
        return f'<a href="{licence.url}">{make_text(licence.name)}</a>'

    def _make(self, html: str, prefix: str, files: Mapping[str, str]) -> str:
        maker = XhtmlMaker(prefix, self._site.__add__, files.get)
        return maker.make(html)

    def _add_pictures(self, entry: SummaryEntry, stem: str) -> Iterator[tuple[str, str]]:
        """Add the pictures that a summary shows; addresses and files of these."""
        names = list(dict.fromkeys(_PICTURE.findall(entry.summary.html)))
        if not names:
            return
        owned = select(Picture.name).where(
            Picture.user_id == entry.summary.user_id, Picture.name.in_(names)
        )
        there = set(self._session.scalars(owned))
        for number, name in enumerate((each for each in names if each in there), 1):
            if self._picture_bytes > MAX_PICTURE_BYTES:
                return
            content = find_storage(self._session.info).read(name)
            if content is None:
                continue
            self._picture_bytes += len(content)
            if self._picture_bytes <= MAX_PICTURE_BYTES:
                file = f"{stem}-{number}{PurePath(name).suffix}"
                self._book.add_picture(file, content)
                yield f"/pictures/{name}", file
