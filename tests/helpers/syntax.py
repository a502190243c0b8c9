"""Python files as syntax trees, for tests of the house."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path


@cache
def parse_file(path: Path) -> ast.Module:
    """A file's tree, which several tests read and none changes."""
    return ast.parse(path.read_text("utf-8"))
