"""Provisional: helper C replaces this file."""

from __future__ import annotations

from sqlalchemy.orm import Session

from app.services.texts import Rendered, render_text

OUTLINE = "## What\n\n## Why\n"
Analysis = Rendered


def analyse(session: Session, source: str) -> Analysis:
    return render_text(session, source)


def palette() -> list[object]:
    return []
