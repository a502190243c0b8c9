"""All checks, one after the other."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy.exc import SQLAlchemyError

from app.config import Config
from app.db import Database
from app.services.operation.doctor import installation, library
from app.services.operation.doctor.diagnosis import FAULT, Check, Diagnosis

# A check is one line here.
CHECKS: dict[str, Check] = {
    "Database": library.check_database,
    "Schema": library.check_schema,
    "Files": installation.check_folders,
    "Secret key": installation.check_secret,
    "Clock": installation.check_clock,
    "Search": library.check_search,
    "Images": library.check_pictures,
    "Mail": installation.check_mail,
    "Sign-in": installation.check_sign_in,
    "Disk": installation.check_disk,
    "Backup": library.check_backup,
    "Jobs": library.check_jobs,
}


def examine(config: Config, database: Database) -> Iterator[Diagnosis]:
    """Run all checks; one that cannot read the database says so."""
    for about, check in CHECKS.items():
        try:
            yield from check(config, database)
        except SQLAlchemyError as error:
            reason = str(getattr(error, "orig", error)).split("\n")[0]
            yield Diagnosis(
                FAULT,
                about,
                f"The database cannot be read: {reason}.",
                "Look at SHORTLIST_DATABASE_URL and whether the database runs; if its file is"
                " damaged, restore a backup.",
            )
