"""Pictures in a bucket of a storage that speaks S3.

`obstore` is only imported when a bucket is set. It has threads of its own, which do not outlast a
fork: a process that forks must not use it before.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING

from app.services.pictures.contract import StorageUnavailable, StoredFile
from app.settings.bucket import BucketSettings

if TYPE_CHECKING:
    from obstore.store import S3Store

MAX_RETRIES = 1  # of a request; who waits has a page to see
MISSING = "The package obstore is missing: install Shortlist with its extra s3"
_process: dict[str, int] = {}  # that uses the library, and must not be forked afterwards


class BucketStorage:
    """Objects that are named as pictures, after the prefix."""

    def __init__(self, settings: BucketSettings) -> None:
        self.place = f"bucket {settings.name}"
        self._store = _open(settings)

    def read(self, name: str) -> bytes | None:
        import obstore

        with _translate_errors():
            try:
                return bytes(obstore.get(self._store, name).bytes())
            except FileNotFoundError:
                return None

    def has(self, name: str) -> bool:
        import obstore

        with _translate_errors():
            try:
                obstore.head(self._store, name)
            except FileNotFoundError:
                return False
            return True

    def write(self, name: str, content: bytes) -> None:
        import obstore

        with _translate_errors():
            # In one request, so that there is never half an object.
            obstore.put(self._store, name, content, use_multipart=False)

    def copy(self, old: str, new: str) -> None:
        import obstore

        with _translate_errors():
            try:
                obstore.copy(self._store, old, new)
            except FileNotFoundError:
                return

    def remove(self, name: str) -> None:
        import obstore

        with _translate_errors():
            try:
                obstore.delete(self._store, name)
            except FileNotFoundError:
                return

    def list_files(self) -> Iterator[StoredFile]:
        import obstore

        with _translate_errors():
            for batch in obstore.list(self._store):
                for each in batch:
                    yield StoredFile(each["path"], each["last_modified"])

    def probe(self) -> None:
        name, content = f"probe-{secrets.token_hex(8)}", secrets.token_bytes(16)
        self.write(name, content)
        try:
            if self.read(name) != content:
                raise StorageUnavailable("What was written to it cannot be read back")
        finally:
            self.remove(name)


def _open(settings: BucketSettings) -> S3Store:
    try:
        from obstore.exceptions import BaseError
        from obstore.store import S3Store
    except ImportError:
        raise StorageUnavailable(MISSING) from None
    wait = timedelta(seconds=settings.seconds)
    try:
        return S3Store(
            settings.name,
            prefix=settings.prefix or None,
            region=settings.region,
            access_key_id=settings.key,
            secret_access_key=settings.secret,
            virtual_hosted_style_request=False,
            endpoint=settings.url or None,
            client_options={
                "timeout": wait,
                "connect_timeout": wait,
                "allow_http": settings.url.startswith("http://"),
            },
            retry_config={"max_retries": MAX_RETRIES, "retry_timeout": 2 * wait},
        )
    except BaseError:
        raise StorageUnavailable("The settings of the bucket cannot be used") from None


@contextmanager
def _translate_errors() -> Iterator[None]:
    """Raise `StorageUnavailable` in words of our own: the library's may name keys and addresses."""
    from obstore import exceptions

    if os.getpid() != _process.setdefault("id", os.getpid()):
        raise StorageUnavailable("This process was forked from one that used the bucket")
    try:
        yield
    except (exceptions.PermissionDeniedError, exceptions.UnauthenticatedError):
        raise StorageUnavailable("The bucket refuses the key") from None
    except FileNotFoundError:  # of an object, where that is no error
        raise StorageUnavailable("There is no such bucket") from None
    except exceptions.BaseError:
        raise StorageUnavailable("The bucket does not answer as it should") from None
