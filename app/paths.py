"""Where the program's own files lie.

Beside the package in a checkout, inside it in a wheel.
"""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).parent


def _find_folder(name: str) -> Path:
    inside = _PACKAGE / name
    return inside if inside.is_dir() else _PACKAGE.parent / name


TEMPLATES = _find_folder("templates")
STATIC = _find_folder("static")
MIGRATIONS = _find_folder("migrations")
SAMPLE = _PACKAGE / "sample"
