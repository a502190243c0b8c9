"""In which of our sections a venue belongs by its key at dblp.

dblp is the computer science bibliography, so what it lists is of `cs` but for those below: streams
of other fields that it follows because computer scientists publish there too.
"""

from __future__ import annotations

from app.references.identifiers import is_stream

_ELSEWHERE = {
    "bio": (
        *("conf/psb", "conf/recomb", "conf/ismb", "conf/wabi", "conf/bibm", "conf/bcb"),
        *("journals/bib", "journals/bioinformatics", "journals/bmcbi", "journals/biosystems"),
        *("journals/jcb", "journals/nar", "journals/neuroimage", "journals/ploscb"),
        *("journals/tcbb", "journals/nature", "journals/science", "journals/pnas"),
    ),
    "phys": ("journals/cphysics", "journals/jcphy", "journals/qip"),
}
_SECTIONS = {stream: slug for slug, streams in _ELSEWHERE.items() for stream in streams}


def section_of_stream(key: str) -> str:
    """The section of a venue: `conf/nips` is `cs`, `journals/ploscb` is `bio`.

    Returns:
        The slug of a section; empty for a key that is not of dblp's conferences and journals.
    """
    found = _SECTIONS.get(key)
    return found or ("cs" if is_stream(key) else "")
