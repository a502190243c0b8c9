"""What several tests of tex use."""

from __future__ import annotations

ELEMENTS = (
    {"span", "math", "semantics", "annotation", "mrow", "mi", "mn", "mo", "mtext", "mspace", "a"}
    | {"msub", "msup", "msubsup", "munder", "mover", "munderover", "mmultiscripts", "mprescripts"}
    | {"mfrac", "msqrt", "mroot", "mtable", "mtr", "mtd", "mpadded", "mphantom"}
)
