"""Files served from memory, compressed once, under addresses whose content never changes."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Callable, Iterable, Mapping
from pathlib import PurePath
from types import MappingProxyType
from typing import Any

import brotli
from werkzeug.exceptions import RequestedRangeNotSatisfiable
from werkzeug.wrappers import Response

from app.cache.encodings import choose_encoding

FOR_EVER = "public, max-age=31536000, immutable"
_KINDS = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".png": "image/png",
    ".svg": "image/svg+xml; charset=utf-8",
    ".txt": "text/plain; charset=utf-8",
    ".woff2": "font/woff2",
}
# Level 11 of brotli would take 0.2 seconds for 3 % less.
_ENCODERS: Mapping[str, Callable[[bytes], bytes]] = MappingProxyType(
    {
        "br": lambda body: brotli.compress(body, mode=brotli.MODE_TEXT, quality=9),
        "gzip": lambda body: gzip.compress(body, 9, mtime=0),
    }
)


class AssetFile:
    """A file in memory, compressed when it is first asked for."""

    def __init__(self, name: str, body: bytes) -> None:
        self._kind = _KINDS.get(PurePath(name).suffix, "application/octet-stream")
        self._is_text = "charset" in self._kind
        self._digest = hashlib.sha256(body).hexdigest()[:16]
        self._bodies = {"": body}

    def answer(self, environ: dict[str, Any]) -> Response:
        """The file, or a part of it, or that it has not changed."""
        encoding = self._encoding(environ)
        if encoding not in self._bodies:
            self._bodies[encoding] = _ENCODERS[encoding](self._bodies[""])
        body = self._bodies[encoding]
        response = Response(body, content_type=self._kind)
        response.headers["Cache-Control"] = FOR_EVER
        if self._is_text:
            response.vary.add("Accept-Encoding")
        if encoding:
            response.headers["Content-Encoding"] = encoding
        response.set_etag(f"{self._digest}-{encoding}" if encoding else self._digest)
        try:
            return response.make_conditional(environ, accept_ranges=True, complete_length=len(body))
        except RequestedRangeNotSatisfiable as error:
            return Response(status=416, headers={"Content-Range": f"bytes */{error.length}"})

    def _encoding(self, environ: dict[str, Any]) -> str:
        """How this client gets it; a part of a file is a part of the plain one."""
        if not self._is_text or "HTTP_RANGE" in environ:
            return ""
        return choose_encoding(environ.get("HTTP_ACCEPT_ENCODING", ""), _ENCODERS)


def with_files(
    app: Callable[..., Iterable[bytes]], files: Mapping[str, AssetFile]
) -> Callable[..., Iterable[bytes]]:
    """A WSGI app that answers for these files, by address, before another one."""

    def answer(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        file = files.get(environ["PATH_INFO"])
        if file is None:
            return app(environ, start_response)
        if environ["REQUEST_METHOD"] not in ("GET", "HEAD"):
            response = Response(status=405, headers={"Allow": "GET, HEAD"})
        else:
            response = file.answer(environ)
        return response(environ, start_response)

    return answer
