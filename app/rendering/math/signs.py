"""Signs that stretch, and for which a formula needs the whole math font.

Pages load a small font first. Browsers stretch a sign with the first font of a formula alone, so a
formula with a sign that is not in the small one names the whole one (`static/css/math.css`).
"""

from __future__ import annotations

_RANGES = (
    "\u2195 \u21a4 \u21a9-\u21aa \u21bc-\u21bd \u21c0-\u21c1 \u21d5 \u21da-\u21db"
    " \u221b-\u221c \u222c-\u222d \u222f-\u2233 \u22c0-\u22c1 \u23b0-\u23b1 \u23b4-\u23b5"
    " \u23dc-\u23dd \u23e0-\u23e1 \u27e6-\u27e7 \u27ea-\u27eb \u27f0-\u27f1 \u2983-\u2986"
    " \u2a00-\u2a1c \u2afc \u2aff \u2140"
    # Accents that combine.
    " \u0305 \u0330 \u0332 \u20d0-\u20d1 \u20d6-\u20d7 \u20e1 \u20ec-\u20ef"
)
WHOLE_FONT_SIGNS = frozenset(
    chr(code) for part in _RANGES.split() for code in range(ord(part[0]), ord(part[-1]) + 1)
)
