"""Style sheets and modules that are served as one file.

Every part is a file of its own in `static/`; they are joined when the app starts, so that a page
that is read for the first time needs few requests.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType

SITE = "site"
# What every page needs, and what pages with summaries need besides, in the order of the cascade.
SHEETS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        SITE: (
            *("tokens", "base", "layout", "masthead", "components", "row", "list-control"),
            *("links", "math", "print", "fonts"),
        ),
        "reading": ("paper", "summary", "map", "prose", "alerts", "folds", "media", "boxes"),
    }
)
# What every page needs. A page's own module may import one of these by itself and so run it twice.
MODULES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {SITE: ("keys", "formulas", "suggest", "times", "boxes", "player")}
)
_EXPORT = re.compile(r"^export (?=(?:async )?(?:function|const|let|class)\b)", re.MULTILINE)
_BUNDLE_OF = {part: bundle for bundle, parts in SHEETS.items() for part in parts}


def sheets_of_page(names: Iterable[str]) -> list[str]:
    """The files with these style sheets, but for what every page has."""
    found = dict.fromkeys(_BUNDLE_OF.get(name, name) for name in names)
    return [name for name in found if name != SITE]


def is_on_every_page(module: str) -> bool:
    """Whether a module is part of what every page has."""
    return module in MODULES[SITE]


def join_sheets(texts: Iterable[str]) -> str:
    """Style sheets as one; each ends its own rules."""
    return "\n".join(texts)


def join_modules(texts: Iterable[str]) -> str:
    """Modules that import nothing as one; the names of each stay its own."""
    return "".join(f"{{\n{_EXPORT.sub('', text)}}}\n" for text in texts)
