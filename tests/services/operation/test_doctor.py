"""What is wrong with an installation is found, with what to do about it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, insert, text, update
from sqlalchemy.orm import Session

from app import server
from app.config import BackupSettings, Config
from app.db import Database, begin_writing, now
from app.models import Backup, DerivedVersion, Job, LoginSession, Picture, SearchEntry
from app.services.accounts.sign_in import passkeys
from app.services.operation import health
from app.services.operation.doctor import examination, library
from app.services.operation.doctor.diagnosis import FAULT, OK, WARNING, Diagnosis
from app.services.operation.jobs import leases
from app.services.operation.jobs.kinds import KINDS
from app.services.providers import proving
from app.services.providers.metadata import forget_all
from app.settings.sign_in import GITHUB, PasskeySettings, SignInSettings
from app.text import TEXT_VERSION
from tests.helpers.factories import make_summary
from tests.helpers.mail.server import running_mail_server
from tests.helpers.stand_ins.provider import LocalProvider


@pytest.fixture
def settings(any_file_database: Database, config: Config, tmp_path: Path) -> Config:
    """An installation that is well, but for what a test breaks."""
    tmp_path.chmod(0o700)
    (tmp_path / "backup.zip").touch()
    with any_file_database.session() as session:
        make_summary(session)
        begin_writing(session)
        session.merge(DerivedVersion(name="text", version=TEXT_VERSION))  # tests empty the table
        session.commit()
        leases.add_missing_kinds(session, KINDS.values(), now())
        begin_writing(session)
        facts = {
            "path": str(tmp_path / "backup.zip"),
            "size": 1,
            "content": "",
            "is_scheduled": True,
        }
        session.add(Backup(made_at=now(), **facts))
        session.commit()
    return replace(config, backups=BackupSettings(tmp_path / "backups"))


def examine(settings: Config, database: Database) -> list[Diagnosis]:
    """What is not well; SQLite's own faults are the machine's."""
    found = list(examination.examine(settings, database))
    assert {each.about for each in found} == set(examination.CHECKS)
    return [each for each in found if each.level != OK and "in its write-ahead" not in each.says]


def test_what_is_well_has_no_faults(settings: Config, any_file_database: Database) -> None:
    assert examine(settings, any_file_database) == []


def fail_job(session: Session) -> None:
    session.execute(update(Job).where(Job.kind == "tidy").values(is_failed=True, error="It broke"))


def stop_job(session: Session) -> None:
    session.execute(update(Job).where(Job.kind == "tidy").values(is_stopped=True))


def leave_job(session: Session) -> None:
    long_ago = now() - timedelta(hours=2)
    session.execute(update(Job).where(Job.kind == "tidy").values(due_at=long_ago))


def lose_entries(session: Session) -> None:
    session.execute(delete(SearchEntry))


def lose_file(session: Session) -> None:
    facts = {"digest": "", "width": 1, "height": 1, "size": 1, "uploaded_at": now()}
    session.execute(insert(Picture).values(name="abc.png", user_id=1, **facts))


def go_back_in_time(session: Session) -> None:
    moment = now() + timedelta(days=1)
    facts = {"token_hash": "x", "created_at": moment, "expires_at": moment, "proved_at": moment}
    session.add(LoginSession(user_id=1, device="", used_on=moment.date(), **facts))


def age_backup(session: Session) -> None:
    session.execute(update(Backup).values(made_at=now() - timedelta(days=3)))


def move_backup(session: Session) -> None:
    session.execute(update(Backup).values(path="/nowhere/a.zip"))


def lose_backups(session: Session) -> None:
    session.execute(delete(Backup))


@pytest.mark.parametrize(
    ("breakage", "level", "says", "mend"),
    [
        (fail_job, FAULT, "tidy failed: It broke.", "jobs retry tidy"),
        (stop_job, WARNING, "tidy is stopped", "jobs retry tidy"),
        (leave_job, FAULT, "Nobody has run tidy", "jobs run --forever"),
        (lose_entries, WARNING, "not in the index: 1.", "reindex --missing"),
        (lose_file, FAULT, "Without a file: 1 (abc.png)", "from a backup"),
        (age_backup, FAULT, "The last one is of", "shortlist backup"),
        (move_backup, WARNING, "It is not there", "shortlist backup"),
        (lose_backups, WARNING, "There is none yet", "shortlist backup"),
    ],
)
def test_what_is_wrong_is_found(
    settings: Config,
    any_file_database: Database,
    breakage: Callable[[Session], None],
    level: str,
    says: str,
    mend: str,
) -> None:
    with any_file_database.session() as session:
        begin_writing(session)
        breakage(session)
        session.commit()
    (found,) = examine(settings, any_file_database)
    assert found.level == level
    assert says in found.says
    assert mend in found.mend


def test_a_clock_that_is_wrong_is_found(settings: Config, any_file_database: Database) -> None:
    if any_file_database.engine.dialect.name == "postgresql":
        return  # whose clock is this machine's
    with any_file_database.session() as session:
        begin_writing(session)
        go_back_in_time(session)
        session.commit()
    (found,) = examine(settings, any_file_database)
    assert (found.level, found.about) == (FAULT, "Clock")


def test_settings_and_files_are_looked_at(
    settings: Config, any_file_database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "pictures" / "zz").mkdir(parents=True)
    orphan = tmp_path / "pictures" / "zz" / "zz.png"
    orphan.touch()
    assert examine(settings, any_file_database) == []  # its row may be about to come
    monkeypatch.setattr(library, "ORPHAN_AGE", timedelta(days=-1))
    tmp_path.chmod(0o755)
    monkeypatch.setattr(health, "measure_disk", lambda _: health.DiskSpace(1_000, 10**9))
    found = examine(replace(settings, secret_key="x" * 40), any_file_database)
    assert [(each.level, each.about) for each in found] == [
        (WARNING, "Files"),
        (FAULT, "Secret key"),
        (WARNING, "Images"),
        (FAULT, "Disk"),
    ]
    assert f"in {tmp_path / 'pictures'}: 1 (zz.png)" in found[2].says
    assert all(each.mend for each in found)


def test_a_schema_that_does_not_fit_is_found(tmp_path: Path, settings: Config) -> None:
    database = Database(f"sqlite:///{tmp_path / 'other.sqlite3'}", data_dir=tmp_path)
    with database.migration() as connection:
        connection.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32))"))
        connection.execute(text("INSERT INTO alembic_version VALUES ('9999')"))
    found = examine(settings, database)
    assert found[0].says == "A newer version wrote it (9999)."
    # What needs the tables says that it cannot be known.
    assert {each.about for each in found[1:]} >= {"Search", "Images", "Backup", "Jobs"}
    database.close()


def test_a_mail_server_is_greeted(settings: Config, any_file_database: Database) -> None:
    with running_mail_server() as server:
        config = replace(settings, mail=server.settings())
        assert examine(config, any_file_database) == []
        server.replies["MAIL"] = "550 5.7.1 Not from you"
        (found,) = examine(config, any_file_database)
    assert (found.level, found.about) == (FAULT, "Mail")
    assert "550 5.7.1" in found.says
    assert server.mails == []


def test_a_mail_server_that_is_not_there_is_told(
    settings: Config, any_file_database: Database
) -> None:
    with running_mail_server() as server:
        gone = server.settings()
    (found,) = examine(replace(settings, mail=gone), any_file_database)
    assert (found.level, found.about) == (FAULT, "Mail")


def test_sign_in(
    settings: Config, any_file_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    provider = LocalProvider()
    kinds = (provider.settings(), provider.settings("github", GITHUB))
    sign_in = replace(settings, sign_in=SignInSettings(providers=kinds))
    forget_all()
    try:
        assert examine(sign_in, any_file_database) == []
        provider.metadata = {"issuer": "https://elsewhere.example"}
        forget_all()
        (found,) = examine(sign_in, any_file_database)
    finally:
        provider.close()
    assert (found.level, found.says) == (FAULT, "Lab says that it is somebody else.")
    assert "SHORTLIST_SSO_LAB_ISSUER" in found.mend
    monkeypatch.setattr(proving, "PACKAGES", ("no_such_package",))
    found = examine(sign_in, any_file_database)[0]
    assert (found.level, found.says) == (FAULT, "SHORTLIST_SSO needs no_such_package.")
    with pytest.raises(server.CannotStart, match="Install the extra `sso`"):
        server.prepare(sign_in, print)
    of_site = PasskeySettings("papers.example.org", "https://papers.example.org")
    sign_in = replace(settings, sign_in=SignInSettings(passkeys=of_site))
    assert examine(sign_in, any_file_database) == []
    monkeypatch.setattr(passkeys, "PACKAGE", "no_such_package")
    (found_one,) = examine(sign_in, any_file_database)
    assert (found_one.level, found_one.mend) == (FAULT, passkeys.INSTALL)
    with pytest.raises(server.CannotStart, match="Install the extra `passkeys`"):
        server.prepare(sign_in, print)
