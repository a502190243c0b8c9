"""Files as Crossref gives out the Retraction Watch database."""

from __future__ import annotations

import csv
from pathlib import Path

COLUMNS = (
    *("Record ID", "Title", "Subject", "Institution", "Journal", "Publisher", "Country", "Author"),
    *("URLS", "ArticleType", "RetractionDate", "RetractionDOI", "RetractionPubMedID"),
    *("OriginalPaperDate", "OriginalPaperDOI", "OriginalPaperPubMedID", "RetractionNature"),
    *("Reason", "Paywalled", "Notes"),
)
DEFAULTS = {
    "Title": "A paper, its “title”",
    "RetractionDate": "3/4/2021 0:00",
    "RetractionDOI": "unavailable",
    "RetractionPubMedID": "0",
    "OriginalPaperDOI": "Unavailable",
    "OriginalPaperPubMedID": "0",
    "RetractionNature": "Retraction",
    "Reason": "+Concerns/Issues About Data;+Investigation by Journal/Publisher;",
    "Notes": "two\nlines",
}


def write_notices(path: Path, *rows: dict[str, str]) -> Path:
    """A file with some columns of each row; the others say what most of them say."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        for number, row in enumerate(rows, 1):
            writer.writerow({"Record ID": str(number), **DEFAULTS, **row})
    return path
