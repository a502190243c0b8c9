"""Where images are kept, if not in the data directory."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from app.settings.values import PREFIX, ConfigError, read_number


@dataclass(frozen=True)
class BucketSettings:
    """A bucket of a storage that speaks S3, in which images are kept.

    Args:
        name: of the bucket.
        url: of the storage; empty for Amazon's.
        region: in which the bucket is.
        key, secret: to sign requests with.
        prefix: with which the names of all objects begin; empty, or with a slash at the end.
        seconds: for each request.
    """

    name: str
    url: str = ""
    region: str = "us-east-1"
    key: str = ""
    secret: str = field(default="", repr=False)
    prefix: str = ""
    seconds: int = 5


def read_bucket(given: Mapping[str, str]) -> BucketSettings | None:
    """Read them; `None` where no bucket is named.

    Raises:
        ConfigError: for what cannot be used.
    """
    name = given.get("BUCKET", "")
    if not name:
        if any(each.startswith("BUCKET_") for each in given):
            raise ConfigError(f"{PREFIX}BUCKET must be set when other settings of the bucket are.")
        return None
    if not re.fullmatch(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]", name, re.A):
        raise ConfigError(f"{PREFIX}BUCKET must be the name of a bucket, not {name!r}.")
    url = given.get("BUCKET_URL", "")
    if url and not re.fullmatch(r"https?://[\w.:\[\]-]+(/[\w./-]*)?", url, re.A):
        raise ConfigError(f"{PREFIX}BUCKET_URL must be a URL such as https://s3.example.org.")
    key, secret = given.get("BUCKET_KEY", ""), given.get("BUCKET_SECRET", "")
    if not key or not secret:
        raise ConfigError(f"{PREFIX}BUCKET needs {PREFIX}BUCKET_KEY and {PREFIX}BUCKET_SECRET.")
    prefix = given.get("BUCKET_PREFIX", "").strip("/")
    if not re.fullmatch(r"[\w./-]{0,200}", prefix, re.A):
        raise ConfigError(f"{PREFIX}BUCKET_PREFIX must be letters, digits and - _ . / only.")
    if prefix and not {"", ".", ".."}.isdisjoint(prefix.split("/")):
        raise ConfigError(f"{PREFIX}BUCKET_PREFIX must be a folder such as shortlist/images.")
    return BucketSettings(
        name=name,
        url=url.rstrip("/"),
        region=given.get("BUCKET_REGION", "us-east-1"),
        key=key,
        secret=secret,
        prefix=f"{prefix}/" if prefix else "",
        seconds=read_number(given, "BUCKET_SECONDS", 5, 1, 60),
    )
