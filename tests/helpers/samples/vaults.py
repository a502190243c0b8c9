"""Files of a library for tests: notes, feeds, archives, and how they are sent."""

from __future__ import annotations

import io
from collections import Counter
from contextlib import ExitStack
from pathlib import Path

from sqlalchemy.orm import Session

from app.services.importing.opening import open_source
from app.services.importing.storing import import_files
from app.services.importing.terms import ImportOptions, ImportOutcome
from tests.helpers.client import Browser
from tests.helpers.samples.shortscience import HEAD, TAIL

EVERYBODY = ImportOptions()


def import_vault(
    session: Session, path: Path, options: ImportOptions = EVERYBODY
) -> list[ImportOutcome]:
    with ExitStack() as opened:
        return list(import_files(session, open_source(path, opened).incoming, options))


def contents(folder: Path) -> dict[str, bytes]:
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def statuses(outcomes: list[ImportOutcome]) -> Counter[str]:
    return Counter(outcome.status for outcome in outcomes)


def note(folder: Path, name: str, text: str = "Text.", **fields: object) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    head = "".join(f"{key}: {value}\n" for key, value in fields.items())
    path.write_text(f"---\n{head}---\n{text}\n")
    return path


def feed(path: Path, *items: str) -> Path:
    path.write_text(HEAD + "".join(items) + TAIL)
    return path


def send(browser: Browser, name: str, data: bytes, **fields: str) -> tuple[int, str]:
    token = browser.get("/settings/import").form("/settings/import")["csrf_token"]
    answer = browser.client.post(
        "/settings/import",
        data={"csrf_token": token, "file": (io.BytesIO(data), name), **fields},
        buffered=True,
    )
    return answer.status_code, answer.get_data(as_text=True)
