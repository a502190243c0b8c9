"""A book as a file: EPUB 3.2, a zip of pages.

Sources: EPUB Packages 3.2; EPUB Open Container Format 3.2.
"""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import BinaryIO
from uuid import NAMESPACE_URL, uuid5

from app.services.exporting.epub_xhtml import make_page, make_text

# The same each time, so that the same texts give the same file.
_ZIP_DATE = (1980, 1, 1, 0, 0, 0)
_FOLDER = "EPUB"
_PICTURE_TYPES = {"png": "image/png", "jpg": "image/jpeg", "gif": "image/gif"}
_CONTAINER = """\
<?xml version="1.0" encoding="UTF-8"?>
<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container">
<rootfiles>
<rootfile full-path="EPUB/package.opf" media-type="application/oebps-package+xml"/>
</rootfiles>
</container>
"""
_STYLE = """\
body { line-height: 1.5; }
h1, h2, h3, h4 { line-height: 1.25; break-after: avoid; }
img { max-width: 100%; height: auto; }
pre { white-space: pre-wrap; overflow-wrap: anywhere; }
table { border-collapse: collapse; }
th, td { padding: 0.2em 0.5em; border: 1px solid #888; }
.cell-left { text-align: left; }
.cell-center { text-align: center; }
.cell-right { text-align: right; }
.math-block { display: block; margin: 1em 0; text-align: center; }
.callout { margin: 1em 0; padding: 0 1em; border-left: 3px solid #888; }
.callout-title { font-weight: bold; }
.facts { color: #555; }
.takeaway { font-style: italic; }
.cover { margin-top: 20%; text-align: center; }
.task { list-style: none; }
"""


@dataclass(frozen=True)
class Contents:
    """A page in the list of contents, with its parts: fragment and title of each."""

    file: str
    title: str
    parts: Sequence[tuple[str, str]] = ()


class Book:
    """Writes a book, page by page.

    Args:
        file: where it is written to.
        title: of the whole.
        address: of the page here that shows the same, by which the book is known.
    """

    def __init__(self, file: BinaryIO, title: str, address: str) -> None:
        self._zip = zipfile.ZipFile(file, "w")
        self._title, self._address = title, address
        self._contents: list[Contents] = []
        self._items: list[str] = []
        self._write("mimetype", b"application/epub+zip", is_packed=False)
        self._write("META-INF/container.xml", _CONTAINER.encode())
        self._write(f"{_FOLDER}/style.css", _STYLE.encode())
        self._items.append('<item id="style" href="style.css" media-type="text/css"/>')

    def add_page(self, contents: Contents, body: str) -> None:
        """Add a page, after those before it; `body` is XHTML."""
        page = make_page(contents.title, body)
        self._write(f"{_FOLDER}/{contents.file}", page.encode())
        has_math = ' properties="mathml"' if "<math" in body else ""
        self._items.append(
            f'<item id="{contents.file.split(".")[0]}" href="{contents.file}"'
            f' media-type="application/xhtml+xml"{has_math}/>'
        )
        self._contents.append(contents)

    def add_picture(self, name: str, data: bytes) -> None:
        """Add the file of a picture; its name has no folder."""
        stem, _, end = name.rpartition(".")
        self._write(f"{_FOLDER}/{name}", data, is_packed=False)
        kind = _PICTURE_TYPES[end]
        self._items.append(f'<item id="{stem}" href="{name}" media-type="{kind}"/>')

    def close(self, creator: str, changed_at: datetime, rights: str = "") -> None:
        """Write the lists of contents.

        Args:
            changed_at: when anything last changed.
            rights: the licences of what is in it; empty for none.
        """
        nav = make_page(self._title, _make_nav(self._contents))
        self._write(f"{_FOLDER}/nav.xhtml", nav.encode())
        self._write(
            f"{_FOLDER}/package.opf", self._make_package(creator, changed_at, rights).encode()
        )
        self._zip.close()

    def _make_package(self, creator: str, changed_at: datetime, rights: str) -> str:
        stated = f"<dc:rights>{make_text(rights)}</dc:rights>\n" if rights else ""
        spine = "".join(
            f'<itemref idref="{each.file.split(".")[0]}"/>\n' for each in self._contents
        )
        return (
            '<?xml version="1.0" encoding="UTF-8"?>\n'
            '<package xmlns="http://www.idpf.org/2007/opf" version="3.0" unique-identifier="id"'
            ' xml:lang="en">\n<metadata xmlns:dc="http://purl.org/dc/elements/1.1/">\n'
            f'<dc:identifier id="id">urn:uuid:{uuid5(NAMESPACE_URL, self._address)}'
            f"</dc:identifier>\n<dc:title>{make_text(self._title)}</dc:title>\n"
            "<dc:language>en</dc:language>\n"
            f"<dc:creator>{make_text(creator)}</dc:creator>\n"
            f"<dc:source>{make_text(self._address)}</dc:source>\n{stated}"
            f'<meta property="dcterms:modified">{changed_at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}'
            "</meta>\n</metadata>\n<manifest>\n"
            '<item id="nav" href="nav.xhtml" media-type="application/xhtml+xml" properties="nav"/>'
            "\n" + "\n".join(self._items) + f"\n</manifest>\n<spine>\n{spine}</spine>\n</package>\n"
        )

    def _write(self, name: str, data: bytes, *, is_packed: bool = True) -> None:
        entry = zipfile.ZipInfo(name, _ZIP_DATE)
        entry.external_attr = 0o100644 << 16
        entry.compress_type = zipfile.ZIP_DEFLATED if is_packed else zipfile.ZIP_STORED
        self._zip.writestr(entry, data)


def _make_nav(contents: Sequence[Contents]) -> str:
    lines = []
    for each in contents:
        parts = "".join(
            f'<li><a href="{each.file}#{fragment}">{make_text(title)}</a></li>'
            for fragment, title in each.parts
        )
        below = f"<ol>{parts}</ol>" if parts else ""
        lines.append(f'<li><a href="{each.file}">{make_text(each.title)}</a>{below}</li>')
    return (
        '<nav epub:type="toc" id="toc"><h1>Contents</h1>\n<ol>\n'
        + "\n".join(lines)
        + "\n</ol></nav>"
    )
