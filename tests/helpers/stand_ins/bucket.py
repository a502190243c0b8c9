"""A small storage that speaks as much of S3 as pictures need, on this machine."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit
from xml.sax.saxutils import escape

from app.settings.bucket import BucketSettings

KEY, SECRET, NAME = "AKIDTEST", "a secret for tests", "images"
SIGNATURE = re.compile(
    rf"AWS4-HMAC-SHA256 Credential={KEY}/\d{{8}}/[\w-]+/s3/aws4_request, "
    r"SignedHeaders=[\w;-]+, Signature=[0-9a-f]{64}"
)


@dataclass
class Bucket:
    """What the storage holds, and how it behaves.

    Attributes:
        objects: contents and moments by name.
        asked: methods and paths of all requests.
        status: what it answers to everything, when that is not 0.
    """

    settings: BucketSettings
    objects: dict[str, tuple[bytes, datetime]] = field(default_factory=dict)
    asked: list[tuple[str, str]] = field(default_factory=list)
    status: int = 0

    def age(self, name: str, moment: datetime) -> None:
        self.objects[name] = (self.objects[name][0], moment)


@contextmanager
def running_bucket(prefix: str = "") -> Iterator[Bucket]:
    """A bucket that answers while the block runs."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    url = f"http://127.0.0.1:{server.server_port}"
    server.bucket = Bucket(BucketSettings(NAME, url, "here", KEY, SECRET, prefix, 2))  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server.bucket  # type: ignore[attr-defined]
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: Any) -> None:
        pass

    def _answer(self, status: int, body: bytes = b"", **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def _handle(self) -> None:
        bucket: Bucket = self.server.bucket  # type: ignore[attr-defined]
        content = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        place = urlsplit(self.path)
        bucket.asked.append((self.command, self.path))
        name = unquote(place.path).removeprefix(f"/{NAME}").lstrip("/")
        if bucket.status:
            return self._answer(bucket.status)
        if not SIGNATURE.fullmatch(self.headers.get("Authorization", "")):
            return self._answer(403)
        if self.command == "PUT":
            copied = unquote(self.headers.get("x-amz-copy-source", ""))
            if copied:
                found = bucket.objects.get(copied.lstrip("/").removeprefix(f"{NAME}/"))
                if found is None:
                    return self._answer(404)
                content = found[0]
            bucket.objects[name] = (content, datetime.now(UTC))
            body = b"<CopyObjectResult><ETag>a</ETag></CopyObjectResult>" if copied else b""
            return self._answer(200, body, ETag='"a"')
        if self.command == "DELETE":
            bucket.objects.pop(name, None)
            return self._answer(204)
        if self.command == "POST":
            names = re.findall(r"<Key>(.*?)</Key>", content.decode())
            for each in names:
                bucket.objects.pop(each, None)
            gone = "".join(f"<Deleted><Key>{each}</Key></Deleted>" for each in names)
            return self._answer(200, f"<DeleteResult>{gone}</DeleteResult>".encode())
        if not name:
            return self._list(bucket, parse_qs(place.query).get("prefix", [""])[0])
        if name not in bucket.objects:
            return self._answer(404)
        found = bucket.objects[name]
        return self._answer(
            200, found[0], ETag='"a"', Last_Modified=format_datetime(found[1], True)
        )

    def _list(self, bucket: Bucket, prefix: str) -> None:
        lines = [
            f"<Contents><Key>{escape(name)}</Key><LastModified>{moment:%Y-%m-%dT%H:%M:%S.000Z}"
            f"</LastModified><Size>{len(content)}</Size><ETag>a</ETag></Contents>"
            for name, (content, moment) in sorted(bucket.objects.items())
            if name.startswith(prefix)
        ]
        head = "<IsTruncated>false</IsTruncated>"
        body = f"<ListBucketResult>{head}{''.join(lines)}</ListBucketResult>"
        self._answer(200, body.encode(), Content_Type="application/xml")

    do_GET = do_HEAD = do_PUT = do_DELETE = do_POST = _handle  # noqa: N815
