"""Pasted BibTeX, read by the source of that name."""

from __future__ import annotations

from app.sources.bibtex import BadEntry, read_bibtex
from app.sources.record import NO_SECTION, PaperRecord

__all__ = ["NO_SECTION", "BadEntry", "PaperRecord", "read_bibtex"]
