"""What we write as RIS and CSL-JSON we read again with the same facts."""

from __future__ import annotations

import json

import pytest

from app.sources.formats import csl_writing, ris_writing
from app.sources.record import PaperRecord
from app.sources.works import pages_of
from tests.helpers.samples.records import ADAM, DNA, RCNN, THESIS, TSNE

ris = pytest.importorskip("app.sources.formats.ris")
csl = pytest.importorskip("app.sources.formats.csl")
DETAILS = ("volume", "number", "school", "publisher", "editor", "edition", "address")


@pytest.mark.parametrize("record", [ADAM, DNA, RCNN, THESIS, TSNE], ids=lambda each: str(each.key))
@pytest.mark.parametrize("form", ["ris", "csl"])
def test_facts_come_back(record: PaperRecord, form: str) -> None:
    if form == "ris":
        records, bad = ris.read_ris(ris_writing.entry(record))
    else:
        records, bad = csl.read_csl(json.dumps(csl_writing.item(record)))
    assert bad == []
    (found,) = records
    for name in ("title", "authors", "year", "doi", "arxiv_id", "keywords", "abstract"):
        assert getattr(found, name) == getattr(record, name), name
    assert pages_of(found) == pages_of(record)
    for name in DETAILS:
        if name in record.details:
            assert found.details.get(name) == record.details[name], name
