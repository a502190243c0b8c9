"""The list of a personal archive, as nobody's archive has it."""

from __future__ import annotations

import json

import pytest

from app.sources.bibtex.reading import BadEntry
from app.sources.lists.archive_list import read_archive_list
from app.sources.lists.listed_paper import ListedPaper, from_json, to_json
from app.sources.record import PaperRecord


def read(data: bytes) -> list[ListedPaper | BadEntry]:
    return list(read_archive_list(data, {"x/1": PaperRecord("A title")}))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\0",
        b"[" * 100_000,
        b'[{"a": ' * 50_000,
        b'{"a":',
        b"[" + b"9" * 10_000 + b"]",
        b"\xff[",
    ],
)
def test_what_cannot_be_read_is_told(data: bytes) -> None:
    (bad,) = read(data)
    assert isinstance(bad, BadEntry)


@pytest.mark.parametrize("data", [b"[]", b"7", b"null", b'"x"', b'[1, "x", null, [[]]]'])
def test_what_has_no_entry_gives_none(data: bytes) -> None:
    assert read(data) == []


def test_values_of_wrong_types_count_as_none() -> None:
    fields = ("paper", "title", "doi", "arxiv_id", "citekey", "status", "added_at", "position")
    more = ("priority", "remark", "notes", "labels", "to_read_at", "stopped_at")
    odd = (None, True, 1e400, -(10**400), [], [[1]], {"a": {}}, [{"b": 1}])
    items = [dict.fromkeys((*fields, *more), value) for value in odd]
    found = read(json.dumps(items).encode())
    assert len(found) == len(odd)
    for row in found:
        assert isinstance(row, ListedPaper)
        assert (row.record, row.status, row.remark, row.notes) == (PaperRecord(""), "", "", "")


def test_signs_that_no_database_keeps_are_left_out() -> None:
    """NUL and half characters, which JSON can write; and a mark of the order of bytes goes."""
    texts = ("paper", "title", "doi", "status", "citekey", "remark", "notes")
    item = ", ".join(f'"{name}": "a\\u0000b\\ud800"' for name in texts)
    (row,) = read(b"\xef\xbb\xbf[{" + item.encode() + b"}]")
    assert isinstance(row, ListedPaper)
    assert from_json(to_json(row)) == row
    whole = json.dumps(to_json(row), ensure_ascii=False)
    assert "\0" not in whole
    assert whole.encode("utf-8")  # no half of a character
    assert row.remark == "ab\ufffd"
