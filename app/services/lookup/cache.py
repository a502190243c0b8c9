"""A cache of what the outside answered.

Files in the data directory, for all processes of a site.

A file that is damaged, of another version, or too old counts as missing; one that cannot be written
is not: a look-up works without.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from app.services.files import write_file
from app.sources.record import PaperRecord, from_json, to_json

VERSION = 1
SECONDS_FOUND = 7 * 24 * 3600
SECONDS_NOT_FOUND = 600
SECONDS_REFUSED = 30
MAX_FILES = 20_000


@dataclass(frozen=True)
class CachedAnswer:
    """What a source said: papers, or in `problem` why it said nothing.

    `further` is what it told besides, as JSON can hold it.
    """

    records: tuple[PaperRecord, ...] = ()
    problem: str = ""
    further: Mapping[str, Any] = field(default_factory=dict)

    @property
    def seconds(self) -> int:
        """How long it is worth keeping."""
        if self.problem:
            return SECONDS_REFUSED
        return SECONDS_FOUND if self.records else SECONDS_NOT_FOUND


def read_answer(folder: Path, question: str) -> CachedAnswer | None:
    """What was answered to a question not too long ago."""
    try:
        value = json.loads(_path(folder, question).read_bytes())
        if value["version"] != VERSION or value["question"] != question:
            return None
        if not 0 < value["until"] - time.time() <= SECONDS_FOUND:
            return None
        records = tuple(map(from_json, value["records"]))
        return CachedAnswer(records, str(value["problem"]), dict(value.get("further", {})))
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        return None


def write_answer(folder: Path, question: str, answer: CachedAnswer) -> None:
    """Keep an answer."""
    value = {
        "version": VERSION,
        "question": question,
        "until": time.time() + answer.seconds,
        "records": [to_json(record) for record in answer.records],
        "problem": answer.problem,
        "further": answer.further,
    }
    path = _path(folder, question)
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        write_file(path, json.dumps(value).encode())


def remove_old_answers(folder: Path) -> int:
    """Remove what is too old, and the oldest beyond `MAX_FILES`; says how many."""
    written: list[tuple[float, Path]] = []
    with suppress(OSError):
        written = [(path.stat().st_mtime, path) for path in folder.glob("??/*")]
    written.sort(key=lambda each: each[0])
    old = time.time() - SECONDS_FOUND
    gone = [path for _, path in written[:-MAX_FILES]]
    gone += [path for at, path in written[-MAX_FILES:] if at < old]
    for path in gone:
        with suppress(OSError):
            path.unlink()
    return len(gone)


def _path(folder: Path, question: str) -> Path:
    name = hashlib.sha256(question.encode()).hexdigest()
    return folder / name[:2] / f"{name}.json"
