"""The HTML that shows all pictures, a row for each page and a column for each look."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from pathlib import Path

STYLE = """
body { margin: 1rem; font: 14px system-ui, sans-serif; background: #777; color: #fff; }
h2 { position: sticky; top: 0; margin: 0; padding: .5rem; background: #444; }
section { display: flex; gap: 12px; align-items: start; overflow-x: auto; padding: 12px 0; }
figure { flex: none; margin: 0; }
figcaption { margin-bottom: 4px; }
img { display: block; zoom: .4; box-shadow: 0 0 6px #000; }
a { color: inherit; }
"""


@dataclass(frozen=True)
class Shot:
    """One picture: of which library and page, how it was looked at, and its file."""

    library: str
    path: str
    look: str
    file: str
    height: int


def write_sheet(folder: Path, shots: list[Shot], figures: list[str]) -> Path:
    """Write `index.html` beside the pictures; returns its path."""
    rows: dict[tuple[str, str], list[Shot]] = {}
    for shot in shots:
        rows.setdefault((shot.library, shot.path), []).append(shot)
    parts = [
        "<!doctype html><meta charset=utf-8><title>Contact sheet</title>",
        f"<style>{STYLE}</style>",
        *(f"<p>{escape(line)}</p>" for line in figures),
    ]
    for (library, path), found in rows.items():
        parts.append(f"<h2>{escape(library)} {escape(path)}</h2><section>")
        parts += [
            f"<figure><figcaption>{escape(each.look)}, {each.height} px</figcaption>"
            f'<a href="{escape(each.file)}"><img src="{escape(each.file)}"></a></figure>'
            for each in found
        ]
        parts.append("</section>")
    index = folder / "index.html"
    index.write_text("\n".join(parts), "utf-8")
    return index
