"""Fit the colours that formulas ask for to a few.

These can be read on light and dark pages.
"""

from __future__ import annotations

import colorsys
import re

# Words in the colour names of LaTeX, dvips and CSS, in the order in which they are looked for.
_WORDS = (
    ("red", "red maroon crimson brick rubine salmon tomato"),
    ("brown", "brown sepia tan mahogany sienna chocolate rawsienna"),
    ("orange", "orange apricot peach melon bittersweet coral"),
    ("yellow", "yellow gold dandelion khaki"),
    ("teal", "teal aqua cyan turquoise cerulean"),
    ("green", "green lime olive"),
    ("blue", "blue navy periwinkle indigo"),
    ("violet", "violet purple orchid plum lavender mulberry thistle"),
    ("pink", "pink magenta rose fuchsia wildstrawberry"),
    ("gray", "gray grey silver white"),
    ("ink", "black"),
)
# Upper ends of the hues, in degrees.
_HUES = (
    (15, "red"), (42, "orange"), (68, "yellow"), (160, "green"), (200, "teal"), (255, "blue"),
    (290, "violet"), (340, "pink"), (360, "red"),
)  # fmt: skip


def colour_class(value: str, model: str = "") -> str | None:
    """The nearest of our colours to one in TeX.

    It is a name, `#rgb`, `#rrggbb`, or numbers in a LaTeX `model`.

    None when the colour is not known: the formula then keeps the colour of the text.
    """
    rgb = _numbers(value, model)
    if rgb is not None:
        return _nearest(*rgb)
    lowered = value.lower()
    for name, words in _WORDS:
        if any(word in lowered for word in words.split()):
            return name
    return None


def _numbers(value: str, model: str) -> tuple[float, float, float] | None:
    """Red, green and blue from 0 to 1."""
    plain = value.lstrip("#\\ ")
    if (value.startswith("#") or model == "HTML") and re.fullmatch("[0-9a-fA-F]{3,6}", plain):
        if len(plain) in (3, 4):
            plain = "".join(digit * 2 for digit in plain[:3])
        if len(plain) == 6:
            red, green, blue = (int(plain[at : at + 2], 16) / 255 for at in (0, 2, 4))
            return red, green, blue
    if re.fullmatch(r"[\d.]+(?:\s*,\s*[\d.]+){2}", value) and value.count(".") <= 3:
        scale = 255 if model == "RGB" else 1
        parts = [part.strip() for part in value.split(",")]
        if all(re.fullmatch(r"\d{1,3}(?:\.\d{1,6})?|\.\d{1,6}", part) for part in parts):
            red, green, blue = (min(float(part) / scale, 1) for part in parts)
            return red, green, blue
    return None


def _nearest(red: float, green: float, blue: float) -> str:
    hue, lightness, saturation = colorsys.rgb_to_hls(red, green, blue)
    if lightness < 0.08:
        return "ink"
    if saturation < 0.15 or lightness > 0.97:
        return "gray"
    degrees = hue * 360
    if 15 <= degrees < 50 and lightness < 0.35:
        return "brown"
    return next(name for end, name in _HUES if degrees <= end)
