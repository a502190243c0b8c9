"""Crossref's file of the Retraction Watch database, a CSV with a row for each notice.

Its columns are described at https://gitlab.com/crossref/retraction-watch-data.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from app.references.mentions import doi_in
from app.sources.retractions import (
    CONCERN,
    CORRECTION,
    REINSTATEMENT,
    RETRACTION,
    RetractionNotice,
    notice_url,
)

MAX_FIELD_CHARS = 131_072  # as Python's csv module reads without being told otherwise
MAX_REASONS = 12
MAX_REASON_CHARS = 80
MAX_DOI_CHARS = 300
_NATURES = {
    "retraction": RETRACTION,
    "expression of concern": CONCERN,
    "correction": CORRECTION,
    "reinstatement": REINSTATEMENT,
}
_COLUMNS = (
    *("record id", "originalpaperdoi", "originalpaperpubmedid", "retractionnature"),
    *("retractiondate", "retractiondoi", "retractionpubmedid", "reason"),
)
_AMERICAN = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})\b")
_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})\b")
# What says how a notice came about, or that there is no more to say, and not why.
_NO_REASON = re.compile(
    r"date of\b|notice\b|investigation\b|(?:author|publisher|informed|objections|miscommunication)"
    r"\b.*(?:author|unresponsive|publisher|company)|upgrade|updated? |retract and replace"
    r"|complaints? about|legal reasons|temporary|removed$|withdrawal$|no further action"
    r"|doing the right thing|nonpayment|cites? retracted|eoc lifted",
    re.IGNORECASE,
)
_PLAIN = {
    "euphemisms for plagiarism": "plagiarism",
    "euphemisms for duplication": "duplicated text",
    "euphemisms for misconduct": "misconduct",
    "fake peer review": "faked peer review",
    "false/forged authorship": "false authorship",
    "salami slicing": "one study in several papers",
    "paper mill": "made by a paper mill",
    "rogue editor": "misconduct by an editor",
    "unreliable data": "unreliable data",
    "lack of irb/iacuc approval": "no approval by an ethics board",
    "lack of irb/iacuc approval and/or compliance": "no approval by an ethics board",
    "computer-aided content or computer-generated content": "computer-generated text",
}  # fmt: skip
_CONCERNS = re.compile(r"concerns?/issues? (?:about|with)\s+(?:the )?", re.IGNORECASE)


class BadRetractionFile(ValueError):
    """A file that is no CSV of Retraction Watch; the message says why."""


@dataclass(frozen=True)
class BadRow:
    """A row that says nothing; the message is for who reads the file in."""

    line: int
    message: str


def read_notices(lines: Iterable[str]) -> Iterator[RetractionNotice | BadRow]:
    """Read the rows one by one.

    Args:
        lines: of the file, with their ends.

    Raises:
        BadRetractionFile: when it is not that file, or a row cannot be told from the next one.
    """
    reader = csv.reader(lines)
    try:
        head = [name.strip().removeprefix("\ufeff").lower() for name in next(reader, [])]
        missing = [name for name in _COLUMNS if name not in head]
        if missing:
            told = ", ".join(missing[:3])
            raise BadRetractionFile(f"not a Retraction Watch CSV: it has no column {told}.")
        for row in reader:
            if row:
                values = dict(zip(head, (value.strip() for value in row), strict=False))
                yield _read_row(values, reader.line_num)
    except csv.Error as error:
        raise BadRetractionFile(f"line {reader.line_num}: {error}.") from None


def _read_row(row: Mapping[str, str], line: int) -> RetractionNotice | BadRow:
    number = row.get("record id", "")
    if not number.isascii() or not number.isdigit() or len(number) > 9:
        return BadRow(line, f"“{number:.40}” is not a record ID.")
    nature = _NATURES.get(row.get("retractionnature", "").lower())
    if nature is None:
        return BadRow(line, f"unknown nature “{row.get('retractionnature', ''):.40}”.")
    doi = _read_doi(row.get("originalpaperdoi", ""))
    pubmed_id = _read_pubmed_id(row.get("originalpaperpubmedid", ""))
    if not doi and not pubmed_id:
        return BadRow(line, "")  # of an old paper that has neither
    url = notice_url(
        _read_doi(row.get("retractiondoi", "")),
        _read_pubmed_id(row.get("retractionpubmedid", "")),
    )
    return RetractionNotice(
        number=int(number),
        doi=doi,
        pubmed_id=pubmed_id,
        nature=nature,
        noticed_on=_read_date(row.get("retractiondate", "")),
        reasons=_read_reasons(row.get("reason", "")),
        url=url,
    )


def _read_doi(text: str) -> str:
    """A DOI in lower case; empty for `unavailable` and the like."""
    found = text if re.fullmatch(r"10\.\d{4,9}/\S+", text, re.ASCII) else doi_in(text)
    return found.lower() if len(found) <= MAX_DOI_CHARS else ""


def _read_pubmed_id(text: str) -> str:
    found = text.removesuffix(".0").lstrip("0")
    return found if re.fullmatch(r"\d{1,9}", found, re.ASCII) else ""


def _read_date(text: str) -> date | None:
    american, iso = _AMERICAN.match(text), _ISO.match(text)
    try:
        if american:
            month, day, year = map(int, american.groups())
            return date(year, month, day)
        return date(*map(int, iso.groups())) if iso else None
    except ValueError:
        return None


def _read_reasons(text: str) -> tuple[str, ...]:
    told = (each.strip().lstrip("+").strip() for each in text.split(";"))
    plain = [_plain_reason(each) for each in told if each and not _NO_REASON.match(each)]
    return tuple(dict.fromkeys(plain))[:MAX_REASONS]


def _plain_reason(text: str) -> str:
    """A reason without the slashes and capitals of the list that it is from."""
    if plain := _PLAIN.get(text.lower()):
        return plain
    text = _CONCERNS.sub("concerns about ", text)
    text = re.sub(r"\band/or\b", "or", text)
    text = re.sub(r"\bof/in\b", "of", text, flags=re.IGNORECASE)
    text = re.sub(r"\s*/\s*", " or ", text)
    words = (word if word.isupper() else word.lower() for word in text.split())
    return " ".join(words)[:MAX_REASON_CHARS]
