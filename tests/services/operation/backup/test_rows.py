"""Lines of rows, and their hash."""

from __future__ import annotations

import pytest

from app.services.operation.backup.rows import ContentHash, hash_tables, parse_line


def test_a_hash_does_not_depend_on_the_order() -> None:
    first, second, other = ContentHash(), ContentHash(), ContentHash()
    for line in (b"[1]", b"[2]", b"[2]"):
        first.add(line)
    for line in (b"[2]", b"[1]", b"[2]"):
        second.add(line)
    for line in (b"[1]", b"[1]", b"[2]"):
        other.add(line)
    assert first == second
    assert first.value != other.value
    assert hash_tables({"a": first, "b": other}) == hash_tables({"b": other, "a": first})
    assert hash_tables({"a": first, "b": other}) != hash_tables({"a": other, "b": first})


@pytest.mark.parametrize("line", [b"[1]", b"[1,2,3]", b"{}", b"1", b'[{"a":1},2]', b"[1,[]]", b"x"])
def test_other_lines_are_refused(line: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_line(line, ["one", "two"])


def test_a_row_comes_back() -> None:
    assert parse_line('["“Łódź”",true,null,1.5]'.encode(), [*"abcd"]) == ["“Łódź”", True, None, 1.5]
