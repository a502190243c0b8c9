"""ORCID iDs of persons (https://support.orcid.org, "Structure of the ORCID Identifier")."""

from __future__ import annotations

import re

_FORM = re.compile(r"\d{4}-\d{4}-\d{4}-\d{3}[\dX]", re.ASCII)
_ADDRESS = re.compile(r"(?:https?://)?(?:www\.)?orcid\.org/", re.IGNORECASE)


def orcid_of(text: str) -> str:
    """The ORCID iD that a text or address is, with hyphens.

    Empty for any other text.
    """
    found = _ADDRESS.sub("", text.strip(), count=1).rstrip("/").upper()
    return found if is_orcid(found) else ""


def is_orcid(text: str) -> bool:
    """Whether a text is an ORCID iD with hyphens whose last sign is right.

    That is a check digit by ISO 7064 MOD 11-2.
    """
    if not _FORM.fullmatch(text):
        return False
    total = 0
    for digit in text[:-1].replace("-", ""):
        total = (total + int(digit)) * 2
    return text[-1] == "0123456789X"[(12 - total % 11) % 11]
