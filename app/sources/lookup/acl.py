"""The ACL Anthology, which offers each paper's BibTeX (https://aclanthology.org/info/development)."""

from __future__ import annotations

from dataclasses import replace

from app.references.identifiers import acl
from app.sources.bibtex.reading import read_bibtex
from app.sources.contract import Fetch, SourceUnavailable
from app.sources.record import PaperRecord

NAME = "the ACL Anthology"
HOSTS = {"aclanthology.org": 1.0}
KIND = "acl"
# It has no search that programs may use; Crossref knows its papers.
search_title = None
_HOST = next(iter(HOSTS))


def find(value: str, fetch: Fetch) -> PaperRecord | None:
    """The paper of an Anthology id such as `P19-1001` or `2020.acl-main.1`."""
    if acl(value) is None:
        return None
    body = fetch(_HOST, f"/{value}.bib", {})
    if body is None:
        return None
    records, _ = read_bibtex(body.decode(errors="replace"))
    if not records:
        raise SourceUnavailable("sent something that cannot be read.")
    return replace(records[0], acl_id=value)
