"""Reads dblp's file in a process of its own, ahead of the one that writes.

On two cores an import then takes as long as the slower half. The pipe between the two holds one
batch, so neither runs away; and a process whose other half has died ends.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from itertools import islice
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Protocol, Self

from app.services.dblp.works import DumpWork, explain_omission, head, prepare_work
from app.sources.dblp_dump.reader import (
    MAX_PROBLEMS,
    DumpPerson,
    DumpReader,
    DumpRecord,
)
from app.sources.dblp_dump.terms import BadDump, Wanted

BATCH = 2000  # works of one transaction: some 0.3 seconds


@dataclass
class Batch:
    """What was read next.

    Attributes:
        works: ready to be stored, or, where most have not changed, as they were read.
        passed, left_out, position, problems: as `DumpReader` has them after it.
    """

    works: list[DumpWork | DumpRecord]
    persons: list[DumpPerson]
    passed: int
    left_out: int
    position: int
    problems: list[str]

    def heads(self) -> dict[str, str]:
        """Of each work the folded key and the beginning of its stamp."""
        return {
            work.key.lower(): work.head if isinstance(work, DumpWork) else head(work)
            for work in self.works
        }


class PrepareSwitch(Protocol):
    """Whether works are made ready to be stored where they are read: 1 or 0."""

    value: int


class InProcessReader:
    """Reads a file in this process: what small files need.

    Attributes:
        switch: who finds that most works have not changed turns it off, for it is wasted then.
    """

    def __init__(self, path: Path, wanted: Wanted, skip: int) -> None:
        self.switch: PrepareSwitch = _LocalSwitch(1)
        self._raw = _read(path, wanted, skip, self.switch)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._raw.close()

    def batches(self) -> Iterator[Batch]:
        """All batches; the last one may be empty.

        Raises:
            BadDump: when the file is not dblp's or is damaged, after what stands before.
        """
        yield from map(_unpacked, self._raw)


class ChildProcessReader:
    """Reads a file in a process of its own.

    Leaving the `with` ends it; else it does as `InProcessReader`.
    """

    def __init__(self, path: Path, wanted: Wanted, skip: int) -> None:
        context = multiprocessing.get_context("spawn")
        self.switch: PrepareSwitch = context.Value("b", 1, lock=False)
        self._pipe, theirs = context.Pipe(duplex=False)
        self._process = context.Process(
            target=_serve, args=(theirs, path, wanted, skip, self.switch), daemon=True
        )
        self._process.start()
        theirs.close()  # so that the end of the other process is noticed

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._pipe.close()
        self._process.terminate()
        self._process.join()

    def batches(self) -> Iterator[Batch]:
        while True:
            try:
                received = self._pipe.recv()
            except EOFError:
                raise RuntimeError("The process that reads the file has died.") from None
            if received is None:
                return
            if isinstance(received, str):
                raise BadDump(received)
            yield _unpacked(received)


@dataclass
class _LocalSwitch:
    value: int


def _serve(pipe: Connection, path: Path, wanted: Wanted, skip: int, switch: PrepareSwitch) -> None:
    """What the other process does: send batches, then `None`, or the reason why not."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the first process ends it
    try:
        for batch in _read(path, wanted, skip, switch):
            pipe.send(batch)
        pipe.send(None)
    except BadDump as error:
        pipe.send(str(error))
    except (BrokenPipeError, ConnectionResetError):
        os._exit(1)  # nobody reads any more


def _read(
    path: Path, wanted: Wanted, skip: int, switch: PrepareSwitch
) -> Generator[tuple[Any, ...], None, None]:
    """The fields of batches, with plain tuples for works."""
    reader = DumpReader(path, wanted)
    records: list[DumpRecord] = []
    persons: list[DumpPerson] = []
    unusable = 0
    trouble: BadDump | None = None
    items = reader.read(skip)
    try:
        while True:
            try:
                item = next(items, None)
            except BadDump as error:  # told after what stands before the place
                item, trouble = None, error
            if isinstance(item, DumpPerson):
                persons.append(item)
            elif item is not None:
                records.append(item)
            if item is not None and len(records) < BATCH and len(persons) < 5 * BATCH:
                continue
            ready: list[tuple[Any, ...]] = list(map(tuple, records))
            is_prepared = bool(switch.value)
            if is_prepared:
                works = [prepare_work(record) for record in records]
                ready = [work.as_tuple() for work in works if work is not None]
                unusable += len(records) - len(ready)
                without = (each for each, work in zip(records, works, strict=True) if not work)
                room = max(0, MAX_PROBLEMS - len(reader.problems))
                reader.problems += map(explain_omission, islice(without, room))
            counts = (reader.passed, reader.left_out + unusable, reader.position)
            yield (ready, persons, *counts, list(reader.problems), is_prepared)
            if trouble is not None:
                raise trouble
            if item is None:
                return
            records, persons = [], []
    finally:
        reader.close()


def _unpacked(fields: tuple[Any, ...]) -> Batch:
    works, persons, passed, left_out, position, problems, is_prepared = fields
    kind = DumpWork if is_prepared else DumpRecord
    return Batch([kind(*each) for each in works], persons, passed, left_out, position, problems)
