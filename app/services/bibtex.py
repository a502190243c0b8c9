"""Pasted BibTeX, read by the source of that name."""

from __future__ import annotations

from app.sources.bibtex import BadEntry, read_bibtex
from app.sources.record import PaperRecord

__all__ = ["BadEntry", "PaperRecord", "read_bibtex"]
