"""The math font, made once from an installed package."""

from __future__ import annotations

from pathlib import Path

from app.services.operation.math_font import ensure_math_font, math_font_name

__all__ = ["make_math_font", "math_font"]


def make_math_font(folder: Path) -> Path:
    """Make the WOFF2 file in `folder` unless it is there; takes some seconds the first time."""
    return ensure_math_font(folder)


def math_font(folder: Path) -> Path | None:
    """The file, or `None` when it has not been made."""
    path = folder / math_font_name()
    return path if path.is_file() else None
