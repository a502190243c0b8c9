"""The section of a paper follows from what was said, or its venue."""

from __future__ import annotations

from app.sources.arxiv_sections import section_of_arxiv_id
from app.sources.dblp_sections import section_of_stream
from app.sources.record import NO_SECTION


def section_of_paper(said: str, arxiv_id: str, venue_section: str | None) -> str | None:
    """The slug of a paper's section; `None` when it is in none.

    Args:
        said: the slug that somebody chose, `NO_SECTION` for none, empty for no choice.
        arxiv_id: an identifier before April 2007 names the archive, which is closer than a venue.
        venue_section: as of `section_of_venue`.
    """
    found = said or section_of_arxiv_id(arxiv_id) or venue_section
    return None if not found or found == NO_SECTION else found


def section_of_venue(own: str | None, key: str) -> str | None:
    """The slug of a venue's section: its own, or what its key says."""
    return own or section_of_stream(key) or None


def said_section(section: str | None, arxiv_id: str, venue_section: str | None) -> str:
    """What a file must say so that a paper gets this section again.

    Args, as of `section_of_paper`: arxiv_id, venue_section.
    """
    if section:
        return section
    return NO_SECTION if section_of_paper("", arxiv_id, venue_section) else ""
