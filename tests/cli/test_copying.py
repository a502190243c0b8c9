"""`shortlist copy-to`, as an administrator runs it."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.cli import copying
from app.db import Database
from app.services.pictures.storage import make_picture_path
from tests.helpers.backup.files import CONTENT, PICTURE, fill, hash_of
from tests.helpers.commands import assert_refused, run
from tests.helpers.engines import copy_database
from tests.helpers.stand_ins.bucket import running_bucket


def test_a_copy_is_made_compared_and_not_made_twice(
    library: Database, sqlite_template: Database, tmp_path: Path
) -> None:
    fill(library)
    data, file = tmp_path / "data", tmp_path / "copy.sqlite3"
    there = Database(f"sqlite:///{file}")
    copy_database(sqlite_template, there)
    there.close()
    done = run(data, "copy-to", f"sqlite:///{file}")
    assert done.returncode == 0, done
    assert "both sides are the same." in done.stdout
    assert "Images were not moved." in done.stdout
    assert "DIFFERENT" not in done.stdout
    assert hash_of(there) == hash_of(library)
    with there.engine.connect():
        assert_refused(run(data, "copy-to", f"sqlite:///{file}"), "in use")
    there.close()
    assert_refused(run(data, "copy-to", f"sqlite:///{file}"), "holds a library already")


def test_what_is_refused(library: Database, tmp_path: Path) -> None:
    data = tmp_path / "data"
    own = f"sqlite:///{data / 'shortlist.sqlite3'}"
    assert_refused(run(data, "copy-to", own), "in this database already")
    assert_refused(run(data, "copy-to", "mysql://x/y"), "URL must start with")
    absent = tmp_path / "absent" / "a.sqlite3"
    assert_refused(run(data, "copy-to", f"sqlite:///{absent}"), "cannot be written")
    new = tmp_path / "new.sqlite3"
    with library.migration() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0020'")
    assert_refused(run(data, "copy-to", f"sqlite:///{new}"), "older version")
    assert not new.exists()


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("postgresql://u:SECRET@127.0.0.1:abc/x", "URL can’t be read. Check its port"),
        ("postgresql://u:PART@SECRET@127.0.0.1:1/x", "Write @ in a password as %40"),
        ("postgresql://u:SECRET@127.0.0.1:1/x", "The copy failed"),
    ],
)
@pytest.mark.sqlite_only(reason="nothing is copied")
def test_a_password_is_not_shown(library: Database, tmp_path: Path, url: str, says: str) -> None:
    done = run(tmp_path / "data", "copy-to", url)
    assert_refused(done, says)
    assert "SECRET" not in done.stdout + done.stderr
    shown = copying._hide_passwords("postgresql://u:SECRET@h/x?password=SECRET&sslmode=require")
    assert shown == "postgresql://u:***@h/x?sslmode=require"


def test_images_go_to_a_bucket_and_back(library: Database, tmp_path: Path) -> None:
    fill(library)
    data = tmp_path / "data"
    assert_refused(run(data, "copy-images", "bucket"), "Set SHORTLIST_BUCKET")
    with library.migration() as connection:
        connection.exec_driver_sql("DELETE FROM picture_uses")
        connection.exec_driver_sql("DELETE FROM former_pictures")
        connection.exec_driver_sql(f"DELETE FROM pictures WHERE name <> '{PICTURE}'")
    with running_bucket() as bucket:
        settings = {
            "SHORTLIST_BUCKET": bucket.settings.name,
            "SHORTLIST_BUCKET_URL": bucket.settings.url,
            "SHORTLIST_BUCKET_KEY": bucket.settings.key,
            "SHORTLIST_BUCKET_SECRET": bucket.settings.secret,
        }
        done = run(data, "copy-images", "bucket", **settings)
        assert (done.returncode, bucket.objects[PICTURE][0]) == (0, CONTENT)
        assert "bucket images: 1 image; 0 were there already." in done.stdout
        make_picture_path(data, PICTURE).unlink()
        assert run(data, "copy-images", "folder", **settings).returncode == 0
        assert make_picture_path(data, PICTURE).read_bytes() == CONTENT
        bucket.status = 503
        assert_refused(run(data, "copy-images", "bucket", **settings), "does not answer")
