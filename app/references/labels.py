"""What the kinds of identifiers, and the sites that give them, are called to people."""

from __future__ import annotations

# Where an identifier leads; the DOI is its own site.
SITES = {"doi": "DOI", "arxiv": "arXiv", "openreview": "OpenReview", "acl": "ACL Anthology"}
# In the middle of a sentence: "the arXiv ID 1506.01497".
KIND_LABELS = {
    "key": "BibTeX key",
    "doi": "DOI",
    "arxiv": "arXiv ID",
    "openreview": "OpenReview ID",
    "acl": "ACL Anthology ID",
    "url": "URL",
}
# The same by the field of a record or a form that holds it.
FIELD_LABELS = {
    **{"key": KIND_LABELS["key"], "doi": KIND_LABELS["doi"], "arxiv_id": KIND_LABELS["arxiv"]},
    **{"openreview_id": KIND_LABELS["openreview"], "acl_id": KIND_LABELS["acl"]},
    "url": "URL",
    **{"type": "kind of entry", "number": "number or issue", "isbn": "ISBN", "issn": "ISSN"},
}


def field_label(field: str) -> str:
    """What people call a field of a record."""
    return FIELD_LABELS.get(field, field)


def capitalised(label: str) -> str:
    """A label at the beginning of a sentence; `arXiv ID` stays as arXiv writes it."""
    return label if label.startswith("arXiv") else label[:1].upper() + label[1:]
