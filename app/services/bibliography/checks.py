"""Bibliographies that were checked, kept for an hour under tokens that nobody can guess."""

from __future__ import annotations

import json
import zlib
from base64 import b64decode, b64encode
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.db import begin_writing, now
from app.models import Bibliography, BibliographyQuestion
from app.services.bibliography.answers import join_answers
from app.services.bibliography.checking import check_bibliography
from app.services.bibliography.process import read_in_child
from app.services.bibliography.reading import SourceFile
from app.services.refusals import Refusal
from app.services.tokens import make_secret
from app.sources.bibtex.positions import ByteEdit, apply_edits

MAX_AGE = timedelta(hours=1)
MAX_KEPT = 200  # at a time; more push out the oldest


@dataclass(frozen=True)
class KeptCheck:
    """A check as it is kept."""

    files: list[SourceFile]
    report: dict[str, Any]


def keep_check(session: Session, files: Sequence[SourceFile]) -> str:
    """Check files, and keep them with the report; the caller commits.

    Returns:
        The token by which it is found.

    Raises:
        CheckBusy, TooComplex: as `process.read_in_child`.
        Refusal: for files without entries and citations.
    """
    read = read_in_child(list(files))
    if not read.entries and not read.cited:
        raise Refusal("files", "There are no BibTeX entries and no citations in this.")
    report = check_bibliography(session, files, read)
    sent = [[file.name, b64encode(file.data).decode()] for file in files]
    begin_writing(session)
    forget_old_checks(session)
    token = make_secret()
    row = Bibliography(token=token, checked_at=now(), files=_pack(sent), report=_pack(report))
    session.add(row)
    session.flush()
    return token


def find_check(session: Session, token: str) -> KeptCheck | None:
    """The check of a token, with what Crossref answered; `None` when too old, or unknown."""
    query = select(Bibliography).where(
        Bibliography.token == token, Bibliography.checked_at > now() - MAX_AGE
    )
    row = session.scalar(query)
    if row is None:
        return None
    files = [SourceFile(name, b64decode(data)) for name, data in _unpack(row.files)]
    asked = BibliographyQuestion
    answers = session.execute(
        select(asked.entry, asked.answered_at, asked.answer)
        .where(asked.token == token)
        .order_by(asked.entry)
    )
    told = [(entry, answer if at is not None else None) for entry, at, answer in answers]
    return KeptCheck(files, join_answers(_unpack(row.report), told))


def delete_check(session: Session, token: str) -> None:
    """Forget a check at once."""
    begin_writing(session)
    session.execute(delete(Bibliography).where(Bibliography.token == token))


def mend(check: KeptCheck, file: int, ticked: Collection[str]) -> bytes:
    """A file with the changes that were ticked, by their ids."""
    edits = [
        ByteEdit(start, end, b64decode(data))
        for change in check.report["changes"]
        if change["id"] in ticked and change["file"] == file
        for start, end, data in change["edits"]
    ]
    return apply_edits(check.files[file].data, edits)


def has_old_checks(session: Session) -> bool:
    """Whether something is kept that is past its hour."""
    old = select(Bibliography.token).where(Bibliography.checked_at <= now() - MAX_AGE)
    return session.scalar(old.limit(1)) is not None


def delete_old_checks(session: Session) -> Iterator[None]:
    """Delete what is past its hour; a job."""
    begin_writing(session)
    forget_old_checks(session)
    session.commit()
    yield


def forget_old_checks(session: Session) -> None:
    """Delete what is past its hour, and the oldest where there are too many."""
    session.execute(delete(Bibliography).where(Bibliography.checked_at <= now() - MAX_AGE))
    newest = select(Bibliography.checked_at).order_by(Bibliography.checked_at.desc())
    limit = session.scalar(newest.offset(MAX_KEPT).limit(1))
    if limit is not None:
        session.execute(delete(Bibliography).where(Bibliography.checked_at <= limit))


def _pack(value: object) -> bytes:
    return zlib.compress(json.dumps(value, separators=(",", ":")).encode(), 1)


def _unpack(data: bytes) -> Any:
    return json.loads(zlib.decompress(data))
