"""Text as HTML has it, made quickly.

Lists hold hundreds of pieces, of which few need quoting.
"""

from __future__ import annotations

import re

from markupsafe import escape

_has_sign = re.compile(r"""[&<>'"]""").search


def quote(text: str) -> str:
    """What `markupsafe.escape` gives of a text, as a plain string."""
    return str(escape(text)) if _has_sign(text) else text
