"""The outside sources, one a line.

A new one is a module that keeps the contract, and its line.
"""

from __future__ import annotations

from app.sources.contract import PaperSource
from app.sources.lookup import acl, arxiv, crossref, dblp, openreview, zotero

# Where several know a paper, the facts of the first count.
SOURCES: tuple[PaperSource, ...] = (
    dblp,
    crossref,
    acl,
    openreview,
    arxiv,
)
# Hosts that may be asked, and seconds between two questions to each.
HOSTS = {
    **{host: seconds for source in SOURCES for host, seconds in source.HOSTS.items()},
    **zotero.HOSTS,
}
