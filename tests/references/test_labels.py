from __future__ import annotations

from app.models.papers.paper import IDENTIFIER_KINDS
from app.references.labels import FIELD_LABELS, KIND_LABELS, capitalised, field_label
from app.services.papers.facts import FIELDS


def test_every_kind_and_field_has_one_name() -> None:
    assert set(KIND_LABELS) == set(IDENTIFIER_KINDS)
    assert {kind: FIELD_LABELS[field] for kind, field in FIELDS.items()} == {
        kind: KIND_LABELS[kind] for kind in FIELDS
    }
    assert field_label("abstract") == "abstract"


def test_at_the_beginning_of_a_sentence() -> None:
    assert [capitalised(each) for each in ("address", "arXiv ID", "DOI")] == [
        *("Address", "arXiv ID", "DOI")
    ]
