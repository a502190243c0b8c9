"""A BibTeX file as text, the bytes of whose signs are known."""

from __future__ import annotations

import codecs
from bisect import bisect_right
from collections.abc import Iterable
from itertools import accumulate
from typing import NamedTuple

from app.sources.bibtex.reading import decode_line, find_encoding

_UTF_16 = ((codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))


class TextEdit(NamedTuple):
    """A piece of the text, and what stands there instead."""

    start: int
    end: int
    text: str


class ByteEdit(NamedTuple):
    """The same of the bytes of a file."""

    start: int
    end: int
    data: bytes


class SourceText:
    """The text of a file, each sign of which is one of the file.

    Attributes:
        text: with newlines for line ends, of the same length as the file has signs.
        line_end: that of the file's first line.
        is_exact: whether the text says every byte, so that it can be changed.
    """

    def __init__(self, data: bytes) -> None:
        self._lines, self._encodings = _decode(data)
        whole = "\n".join(self._lines)
        self._starts = list(accumulate((len(line) + 1 for line in self._lines), initial=0))
        encoded = [
            f"{line}\n".encode(encoding, "replace")
            for line, encoding in zip(self._lines, self._encodings, strict=True)
        ]
        self._byte_starts = list(accumulate(map(len, encoded), initial=0))
        self.is_exact = b"".join(encoded)[: -len("\n".encode(self._encodings[-1]))] == data
        self.text = (
            whole.replace("\ufeff", " ")
            .replace("\0", " ")
            .replace("\r\n", " \n")
            .replace("\r", "\n")
        )
        first = whole.find("\n")
        self.line_end = "\r\n" if first > 0 and whole[first - 1] == "\r" else "\n"
        if "\r" in whole and first < 0:
            self.line_end = "\r"

    def make_byte_edit(self, edit: TextEdit) -> ByteEdit | None:
        """An edit of the bytes; `None` where the file's encoding cannot say the new text."""
        text = edit.text.replace("\n", self.line_end)
        line = bisect_right(self._starts, edit.start) - 1
        try:
            data = text.encode(self._encodings[min(line, len(self._encodings) - 1)])
        except UnicodeEncodeError:
            return None
        return ByteEdit(self._byte_at(edit.start), self._byte_at(edit.end), data)

    def _byte_at(self, at: int) -> int:
        line = min(bisect_right(self._starts, at) - 1, len(self._lines) - 1)
        before = self._lines[line][: at - self._starts[line]]
        return self._byte_starts[line] + len(before.encode(self._encodings[line], "replace"))


def apply_edits(data: bytes, edits: Iterable[ByteEdit]) -> bytes:
    """A file with some pieces replaced; of two that overlap, the first one counts."""
    pieces, at = [], 0
    for edit in sorted(edits, key=lambda each: each[:2]):
        if edit.start >= at:
            pieces += [data[at : edit.start], edit.data]
            at = edit.end
    return b"".join([*pieces, data[at:]])


def _decode(data: bytes) -> tuple[list[str], list[str]]:
    """The lines of a file, and the encoding of each."""
    encoding = next((name for mark, name in _UTF_16 if data.startswith(mark)), "utf-8")
    try:
        lines = data.decode(encoding, "replace" if encoding != "utf-8" else "strict").split("\n")
        return lines, [encoding] * len(lines)
    except UnicodeDecodeError:
        named = find_encoding(data)
    found = [decode_line(line, named) for line in data.split(b"\n")]
    return [line for line, _ in found], [encoding for _, encoding in found]
