"""What tools call the statuses of a reading list, and where they write them.

Zotero has none of its own: the add-on zotero-reading-list writes `Read_Status: Read` and
`Read_Status_Date: …` as lines of the field "extra", and others use tags. JabRef has `readstatus`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

TO_READ, READING, READ, STOPPED = "to-read", "reading", "read", "stopped"
# In small letters, with single spaces for all signs between words.
_MEANT = {
    **dict.fromkeys(
        ("new", "to read", "toread", "to be read", "tbr", "unread", "not started", "todo", "to do",
         "inbox", "queue", "queued", "want to read", "wishlist", "later", "read later", "planned"),
        TO_READ,
    ),
    **dict.fromkeys(
        ("in progress", "reading", "currently reading", "started", "half read", "partially read",
         "doing"),
        READING,
    ),
    **dict.fromkeys(("read", "done", "finished", "completed", "skimmed", "reviewed"), READ),
    **dict.fromkeys(
        ("not reading", "stopped", "abandoned", "dropped", "did not finish", "dnf", "paused",
         "wont read", "will not read"),
        STOPPED,
    ),
}  # fmt: skip
# Tags that say nothing else even without a sign in front; "reading" may be what a paper is about.
_PLAIN_TAGS = {"to read", "toread", "unread", "to be read"}
_SIGNS = re.compile(r"[\W_]+")
_EXTRA = re.compile(r"^\s*([A-Za-z][A-Za-z _-]{0,40}):[ \t]*(.*)$", re.MULTILINE)


def guess_status(word: str) -> str:
    """Our status for a tool's word; empty when it is not known."""
    return _MEANT.get(_fold(word), "")


def status_of_tag(tag: str) -> str:
    """The status that a tag says: `📗 Read`, `/reading`, `#to-read`, `to-read`; else empty.

    Returns:
        The tool's word, without the sign in front.
    """
    bare = tag.strip()
    word = _SIGNS.sub(" ", bare).strip()
    has_sign = bool(bare) and not (bare[0].isalnum() or bare[0] in "\"'([{“‘")
    meant = _MEANT.get(word.lower(), "")
    return word if meant and (has_sign or word.lower() in _PLAIN_TAGS) else ""


def split_status(words: Iterable[str]) -> tuple[str, tuple[str, ...]]:
    """The first status among some tags, and the other tags, each once."""
    status, others = "", []
    for word in filter(None, (each.strip() for each in words)):
        said = status_of_tag(word)
        status = status or said
        if not said:
            others.append(word)
    return status, tuple(dict.fromkeys(others))


def read_extra(text: str) -> dict[str, str]:
    """The lines `Name: value` of Zotero's field "extra", by their names in small letters.

    Spaces and hyphens in a name are underscores: `citation_key`, `read_status`.
    """
    found: dict[str, str] = {}
    for match in _EXTRA.finditer(text[:20_000]):
        name = re.sub(r"[ -]", "_", match[1].strip().lower())
        found.setdefault(name, match[2].strip())
    return found


def _fold(word: str) -> str:
    return _SIGNS.sub(" ", word.lower().replace("'", "").replace("’", "")).strip()
