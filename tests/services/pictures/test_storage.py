"""Images in a bucket: the same rules, and a storage that is away harms no text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.config import Config
from app.db import Database
from app.models import Picture
from app.services.operation.doctor import library
from app.services.pictures import uploads
from app.services.pictures.bucket import BucketStorage
from app.services.pictures.contract import PictureStorage, StorageUnavailable
from app.services.pictures.storage import FolderStorage
from app.services.pictures.transfer import Outcome, copy_files
from tests.helpers.backup.every_table import fill_every_table
from tests.helpers.backup.files import back_up, restore_to
from tests.helpers.client import Browser
from tests.helpers.factories import make_paper
from tests.helpers.samples.pictures import source
from tests.helpers.stand_ins.bucket import Bucket, running_bucket

JSON = {"Accept": "application/json"}
WRITE = "/write/conf/x/A1"
NAME = f"{'A' * 22}.png"


@pytest.fixture
def bucket() -> Iterator[Bucket]:
    with running_bucket("lab/") as found:
        yield found


@pytest.fixture
def in_bucket(bucket: Bucket, database: Database) -> Iterator[Bucket]:
    """A library whose images are in the bucket."""
    database.info["bucket"] = bucket.settings
    yield bucket
    database.info["bucket"] = None


@pytest.fixture
def writer(in_bucket: Bucket, guest: Browser, session: Session) -> Browser:
    make_paper(session, "conf/x/A1")
    return guest.sign_up("ann")


def upload(writer: Browser) -> tuple[int, dict[str, str]]:
    form = writer.get("/pictures").form("/pictures")
    fields = {**form, "alt": "Two boxes", "picture": (BytesIO(source("drawing")), "a.png")}
    answer = writer.client.post("/pictures", data=fields, headers=JSON)
    return answer.status_code, answer.json or {}


@pytest.mark.parametrize("kind", ["folder", "bucket"])
def test_both_kinds_do_the_same(kind: str, bucket: Bucket, tmp_path: Path) -> None:
    storage: PictureStorage = (
        FolderStorage(tmp_path) if kind == "folder" else BucketStorage(bucket.settings)
    )
    storage.probe()
    assert list(storage.list_files()) == []
    assert storage.read(NAME) is None
    storage.write(NAME, b"one")
    storage.write(NAME, b"two")
    other = NAME.replace("A", "B")
    storage.copy(NAME, other)
    storage.copy("C" * 22 + ".png", "D" * 22 + ".png")
    assert storage.read(other) == b"two"
    assert (storage.has(NAME), storage.has("C" * 22 + ".png")) == (True, False)
    files = {file.name: file.stored_at for file in storage.list_files()}
    assert set(files) == {NAME, other}
    assert all(abs((datetime.now(UTC) - moment).days) < 1 for moment in files.values())
    storage.remove(NAME)
    storage.remove(NAME)
    assert not storage.has(NAME)


def test_an_image_is_served_by_us_and_only_to_who_may_see_it(
    writer: Browser, in_bucket: Bucket, session: Session, tmp_path: Path
) -> None:
    status, found = upload(writer)
    assert status == 200
    assert [name.split("/")[0] for name in in_bucket.objects] == ["lab"]
    assert not (tmp_path / "pictures").exists()
    shown = writer.get(found["url"])
    assert (shown.status, shown.response.mimetype) == (200, "image/png")
    assert shown.response.headers["X-Content-Type-Options"] == "nosniff"
    guest = Browser(writer.client.application.test_client())
    asked = len(in_bucket.asked)
    assert guest.get(found["url"]).status == 404
    etag = {"If-None-Match": shown.response.headers["ETag"]}
    assert writer.get(found["url"], headers=etag).status == 304
    assert len(in_bucket.asked) == asked  # neither had to be fetched
    in_bucket.objects.clear()
    assert writer.get(found["url"]).status == 404


def test_a_bucket_that_is_away(writer: Browser, in_bucket: Bucket, session: Session) -> None:
    """503 for the image, a message for the upload, and texts are saved as ever."""
    _, found = upload(writer)
    for status in (503, 403):
        in_bucket.status = status
        shown = writer.get(found["url"])
        assert (shown.status, "loaded right now" in shown.text) == (503, True)
        assert shown.response.headers["Retry-After"] == "10"
        assert "127.0.0.1" not in shown.text
        refused, said = upload_other(writer)
        assert (refused, said["error"][:31]) == (422, "Images can’t be stored right no")
        assert writer.submit(WRITE, source=f"{found['markdown']} {status}").status == 303
    assert session.scalar(select(func.count(Picture.id))) == 1
    session.commit()
    writer.submit(WRITE, source="Without it.")
    form = writer.get("/pictures").form(f"{found['url']}/remove")
    assert writer.post(f"{found['url']}/remove", form).status == 303
    in_bucket.status = 0
    assert writer.get(found["url"]).status == 404


def upload_other(writer: Browser) -> tuple[int, dict[str, str]]:
    form = writer.get("/pictures").form("/pictures")
    fields = {**form, "alt": "", "picture": (BytesIO(source("transparent")), "b.png")}
    answer = writer.client.post("/pictures", data=fields, headers=JSON)
    return answer.status_code, answer.json or {}


def test_only_our_orphans_are_tidied(in_bucket: Bucket, session: Session) -> None:
    old = datetime(2020, 1, 1, tzinfo=UTC)
    for name in (f"lab/{NAME}", "lab/report.pdf", f"other/{NAME}"):
        in_bucket.objects[name] = (b"x", old)
    in_bucket.objects["lab/" + NAME.replace("A", "B")] = (b"new", datetime.now(UTC))
    list(uploads.tidy(session))
    assert sorted(in_bucket.objects) == [
        "lab/" + NAME.replace("A", "B"),
        "lab/report.pdf",
        f"other/{NAME}",
    ]


def test_transfer_backup_and_restore(bucket: Bucket, any_file_database: Database) -> None:
    database, folder = any_file_database, FolderStorage(any_file_database.info["data_dir"])
    remote = BucketStorage(bucket.settings)
    folder.write(NAME, b"\x89PNG")
    names = [NAME, NAME.replace("A", "B")]
    assert list(copy_files(names, folder, remote)) == [Outcome.COPIED, Outcome.MISSING]
    assert list(copy_files(names[:1], folder, remote)) == [Outcome.PRESENT]
    folder.remove(NAME)
    with database.migration() as connection:
        fill_every_table(connection)
        connection.exec_driver_sql(f"UPDATE pictures SET name = '{NAME}' WHERE id = 1")
    database.info["bucket"] = bucket.settings
    try:
        path = database.info["data_dir"] / "a.zip"
        assert back_up(database, path).manifest.pictures == [NAME]
        bucket.objects.clear()
        restore_to(database, path)
    finally:
        database.info["bucket"] = None
    assert bucket.objects[f"lab/{NAME}"][0] == b"\x89PNG"


def test_the_doctor_tries_the_bucket(bucket: Bucket, config: Config, database: Database) -> None:
    settings = replace(config, bucket=bucket.settings)
    database.info["bucket"] = bucket.settings
    try:
        (well,) = library.check_pictures(settings, database)
        assert (well.level, "bucket images" in well.says) == ("ok", True)
        assert {method for method, _ in bucket.asked} >= {"PUT", "GET", "POST"}
        bucket.status = 403
        (ill,) = library.check_pictures(settings, database)
        assert (ill.level, ill.says) == ("fault", "The bucket refuses the key.")
    finally:
        database.info["bucket"] = None


def test_a_forked_process_fails_at_once(bucket: Bucket, monkeypatch: pytest.MonkeyPatch) -> None:
    """The library's threads are not in it: it would wait for ever."""
    storage = BucketStorage(bucket.settings)
    storage.probe()
    monkeypatch.setattr("os.getpid", lambda: 1)
    with pytest.raises(StorageUnavailable, match="forked"):
        storage.read(NAME)
