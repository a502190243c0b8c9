"""What somebody pasted who has a paper in mind.

An identifier, an address, an entry or a title.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from app.references.addresses import outside_url
from app.references.identifiers import PaperRef
from app.references.mentions import find_identifier
from app.references.parsing import normalise_text, parse_identifier
from app.services.papers.facts import FIELDS
from app.services.refusals import Refusal
from app.sources.bibtex.reading import BadEntry, read_bibtex
from app.sources.formats.csl import looks_like_csl, read_csl
from app.sources.formats.ris import looks_like_ris, read_ris
from app.sources.limits import MAX_PASTED_BYTES, is_too_long
from app.sources.record import PaperRecord
from app.text.lines import one_line
from app.text.tex import plain

MAX_TITLE = 300
PROBLEMS_SHOWN = 20
TOO_LONG = (
    f"That’s too much at once: you can paste up to {MAX_PASTED_BYTES // 1000} kB."
    " Use Import for a whole file."
)
_BIBTEX = re.compile(r"@\s*\w+\s*[{(]")


@dataclass(frozen=True)
class PastedInput:
    """What it is, of which at most one is set.

    Attributes:
        records: the papers of entries in BibTeX, RIS or CSL-JSON.
        ref: what an identifier or address means.
        title: words, of a title as it seems.
        url: an address that does not say by itself which paper it shows.
        problems: sentences about what could not be read.
    """

    records: tuple[PaperRecord, ...] = ()
    ref: PaperRef | None = None
    title: str = ""
    url: str = ""
    problems: tuple[str, ...] = ()

    @property
    def known(self) -> PaperRecord:
        """What it tells by itself, to fill a form with."""
        if self.records:
            return self.records[0]
        if self.ref is not None:
            fact: dict[str, Any] = {FIELDS.get(self.ref.kind, "key"): self.ref.value}
            return PaperRecord(title="", **fact)
        return PaperRecord(title=self.title, url=self.url)


def read_pasted(text: str) -> PastedInput:
    """See what a text is.

    Raises:
        Refusal: when it is too long to be read.
    """
    if is_too_long(text):
        raise Refusal("pasted", TOO_LONG)
    text = text.replace("\x00", "").strip().lstrip("\ufeff")
    for looks_right, reader in (
        (looks_like_ris, read_ris),
        (looks_like_csl, read_csl),
        (_looks_like_bibtex, read_bibtex),
    ):
        if looks_right(text):
            records, bad = reader(text)
            return PastedInput(records=tuple(records), problems=_sentences(bad))
    line = one_line(text)
    ref = parse_identifier(line)
    if ref is not None and ref.kind != "url" and _says_which(ref):
        return PastedInput(ref=ref.without_user())
    if re.match(r"https?://\S+$", line, re.IGNORECASE):
        return PastedInput(url=normalise_text(line))
    if ref is not None and ref.kind == "url":
        return PastedInput(url=outside_url("url", ref.value) or "")
    named = find_identifier(line)
    return (
        PastedInput(ref=named)
        if named
        else PastedInput(title=plain(line[: 4 * MAX_TITLE])[:MAX_TITLE])
    )


def _looks_like_bibtex(text: str) -> bool:
    return _BIBTEX.search(text) is not None


def _says_which(ref: PaperRef) -> bool:
    # One word is a key, or the title of a paper such as "Word2vec"; the library is asked for both.
    return ref.kind != "key" or "/" in ref.value


def _sentences(bad: list[BadEntry]) -> tuple[str, ...]:
    found = [f"Line {entry.line}: {entry.message}" for entry in bad[:PROBLEMS_SHOWN]]
    if len(bad) > PROBLEMS_SHOWN:
        found.append(f"… and {len(bad) - PROBLEMS_SHOWN:,} more entries cannot be read.")
    return tuple(found)
