"""The bytes of dblp's XML file, made safe for the parser.

Bounded, and with entities of our own.

dblp's file begins with a DOCTYPE that names dblp.dtd, which declares the accented letters of
Latin-1 as entities. That file is never read: the DOCTYPE is replaced by one that declares HTML's
named characters (https://html.spec.whatwg.org/, the part of HTML 4), of which dblp.dtd's are some.
A file that declares entities of its own is refused, so no entity can grow.
"""

from __future__ import annotations

import gzip
import re
import zlib
from html.entities import name2codepoint
from pathlib import Path
from typing import BinaryIO

from app.sources.dblp_dump.terms import BadDump

MAX_RECORD = 4_000_000  # bytes of XML of one record
MAX_PROLOGUE = 65_536
MAX_UNKNOWN = 10
CHUNK = 65_536
TAIL = 64
GZIP = b"\x1f\x8b"
ENCODINGS = ("iso-8859-1", "latin1", "latin-1", "us-ascii", "ascii", "utf-8", "utf8")

_PROLOGUE = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?P<declaration><\?xml\b[^<>]{0,200}\?>)?"
    rb"(?P<between>(?:\s|<!--(?:[^-]|-(?!->))*-->|<\?[^<>]*\?>)*)"
    rb"(?P<doctype><!DOCTYPE\s+dblp\b[^<>\[]*(?P<subset>\[)?[^<>\[]*>?)?"
    rb"(?:\s|<!--(?:[^-]|-(?!->))*-->|<\?[^<>]*\?>)*(?P<root><dblp[\s>])?"
)
_ENTITY = re.compile(rb"&([A-Za-z][\w.-]{0,40});", re.ASCII)
_MAX_ENTITY_BYTES = 43  # bytes
_ENCODING = re.compile(rb"encoding\s*=\s*[\"']([\w.-]+)[\"']")
_KNOWN = frozenset(name.encode() for name in (*name2codepoint, "apos"))
# The five that XML knows must not be declared anew.
_ENTITIES = "".join(
    f'<!ENTITY {name} "&#{code};">'
    for name, code in sorted(name2codepoint.items())
    if name not in ("amp", "lt", "gt", "quot", "apos")
).encode()


class DumpStream:
    """A file for the parser to read from.

    Attributes:
        position: how many bytes of the file on the disk were read (of the packed ones for .gz).
        since: how many bytes of XML were handed out since this was last set to 0: whoever reads
            sets it with each record.
        is_cut_off: whether the file has ended, but not as dblp's does.
        unknown: names of entities that nobody declares, a few; such stand in texts as written.
    """

    def __init__(self, path: Path) -> None:
        self.position = 0
        self.since = 0
        self.is_cut_off = False
        self.unknown: list[str] = []
        self._held = b""  # the beginning of an entity whose end was not read yet
        self._tail = b""
        self._file: BinaryIO = path.open("rb")
        start = self._file.read(2)
        self._file.seek(0)
        self._source: BinaryIO = self._file
        if start == GZIP:
            self._source = gzip.GzipFile(fileobj=self._file)  # type: ignore[assignment]
        try:
            self._waiting = self._prologue()
        except BadDump:
            self.close()
            raise

    def read(self, size: int = CHUNK) -> bytes:
        """Up to `size` bytes.

        Raises:
            BadDump: when the file is damaged, or a record does not end.
        """
        if self.since > MAX_RECORD:
            raise BadDump(
                f"There is no record of dblp's in {MAX_RECORD:,} bytes: this is not dblp's file."
            )
        found, self._waiting = self._waiting[:size], self._waiting[size:]
        if not found:
            found = self._known(size)
        self.since += len(found)
        return found

    def close(self) -> None:
        self._file.close()

    def _known(self, size: int) -> bytes:
        """What comes next, with the signs of unknown entities instead of these."""
        while True:
            more = self._more(size)
            found, self._held = self._held + more, b""
            start = found.rfind(b"&", -_MAX_ENTITY_BYTES) if more else -1
            if start >= 0 and b";" not in found[start:]:
                found, self._held = found[:start], found[start:]
            if found or not more:
                return _ENTITY.sub(self._sign, found)

    def _sign(self, entity: re.Match[bytes]) -> bytes:
        if entity[1] in _KNOWN:
            return entity[0]
        name = entity[1].decode()
        if name not in self.unknown and len(self.unknown) < MAX_UNKNOWN:
            self.unknown.append(name)
        return b"&amp;" + entity[0][1:]

    def _more(self, size: int) -> bytes:
        try:
            found = self._source.read(size)
        except (EOFError, zlib.error, gzip.BadGzipFile):
            raise BadDump("The file is cut off or damaged; fetch it again.") from None
        self.position = self._file.tell()
        self.is_cut_off = not found and not self._tail.rstrip().endswith(b"</dblp>")
        self._tail = (self._tail + found)[-TAIL:]
        return found

    def _prologue(self) -> bytes:
        """What stands before the first record, with our DOCTYPE in place of the file's."""
        start = b""
        while len(start) < MAX_PROLOGUE and (more := self._more(MAX_PROLOGUE - len(start))):
            start += more
            if b"<dblp" in start[:-1]:
                break
        found = _PROLOGUE.match(start)
        if found is None or not found["root"]:
            raise BadDump(_no_dblp(start, found))
        declaration = found["declaration"] or b'<?xml version="1.0"?>'
        encoding = _ENCODING.search(declaration)
        if encoding and encoding[1].decode().lower() not in ENCODINGS:
            raise BadDump("The file is not in ISO-8859-1 or UTF-8, as dblp's is.")
        lines = start[: found.start("root")].count(b"\n")
        # Unknown entities of what was read so far; the last one may not be whole yet.
        rest = start[found.start("root") :]
        cut = rest.rfind(b"&", -_MAX_ENTITY_BYTES)
        if cut >= 0 and b";" not in rest[cut:]:
            rest, self._held = rest[:cut], rest[cut:]
        ours = declaration + b"<!DOCTYPE dblp [" + _ENTITIES + b"]>" + b"\n" * lines
        return ours + _ENTITY.sub(self._sign, rest)


def _no_dblp(start: bytes, found: re.Match[bytes] | None) -> str:
    if not start.strip():
        return "The file is empty."
    if found is not None and found["subset"]:
        return "The file declares entities of its own, which dblp's does not."
    return "This is not dblp's file: it does not begin with <dblp>."
