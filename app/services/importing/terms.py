"""What an import is given, answers and remembers.

The last from one file to the next.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from app.services.summaries.files.reading import SummaryFile
from app.sources.bibtex.reading import BadEntry, FoundEntry
from app.sources.record import PaperRecord

if TYPE_CHECKING:  # the process that opens files has no database
    from app.models import User


class NoteTarget(NamedTuple):
    """The paper that a note of the vault is about."""

    record: PaperRecord
    citekey: str


@dataclass(frozen=True)
class IncomingFile:
    """A file, or one item of a file.

    Attributes:
        name: as the report names it.
        read: gives what it says, or raises `BadFile`.
        picture: gives the bytes of a picture beside it by its path; `None` when there is none.
        note: gives what another note of the same vault says by its path or name; `None` when there
            is none that is about a paper.
        line: where in the file an item begins.
        kind: `note`, `feed` or `table`.
    """

    name: str
    read: Callable[[], SummaryFile]
    picture: Callable[[str], bytes | None] | None = None
    note: Callable[[str], NoteTarget | None] | None = None
    line: int = 1
    kind: str = "note"


@dataclass(frozen=True)
class IncomingPaper:
    """An entry of a BibTeX file: a paper, without a summary.

    Attributes:
        name: of the file, as the report names it.
        notes: what its owner should know of the file besides.
    """

    name: str
    entry: FoundEntry | BadEntry
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class ImportOptions:
    """How to import.

    Attributes:
        writer: name of the account for files that name none; it is made when it is missing.
        only: whose summaries may be written at all, for an import by themselves; `None`: all.
        called: with `only`, the name under which they wrote elsewhere.
        all_mine: with `only`, take texts under other names, and under none, as theirs.
        secret: with `only`, the site's, by which it knows what it has signed.
        visibility: of new summaries whose files do not say.
        licence: of new summaries that others can read; for an administrator's import, of those
            whose files do not say; empty for none.
        agrees: with `only`, whether they agree to that licence now.
        dry_run: write nothing.
    """

    writer: str = ""
    only: User | None = None
    called: str = ""
    all_by_writer: bool = False
    secret: str = ""
    visibility: str = "public"
    licence: str = ""
    agrees: bool = False
    dry_run: bool = False

    @property
    def brings_votes(self) -> bool:
        """Whether scores from elsewhere count: only where an administrator imports."""
        return self.only is None or self.only.is_administrator


@dataclass(frozen=True)
class ImportOutcome:
    """What became of a file.

    `status` is `added`, `changed`, `unchanged`, `kept` (the one here is newer) or `refused` with
    the line and reason; `stopped` is the last of a run that could not go on, with the reason alone.
    `summary` is the number of the summary, below 0 while it has none. `notes` are what its owner
    should know besides, and `writer` is whose it is: `can_sign_in` tells whether somebody has that
    account already.
    """

    name: str
    status: str
    line: int = 1
    message: str = ""
    key: str = ""
    summary: int = 0
    writer: str = ""
    can_sign_in: bool = False
    notes: tuple[str, ...] = ()


@dataclass
class ImportRun:
    """What a run of several files remembers.

    Attributes:
        options: how to import.
        written: about which paper, by whom, of which number and in files of which kind there was a
            text already: where that was, and a hash of what it said.
        papers: in a dry run, what earlier files would have told of a paper, by each of its names,
            folded.
        links: where links to notes lead, by what a note says of its paper.
        newest_before: the number of the newest paper before the first BibTeX entry.
    """

    options: ImportOptions
    written: dict[tuple[str, str, int, str], tuple[str, int]] = field(default_factory=dict)
    papers: dict[str, PaperRecord] = field(default_factory=dict)
    links: dict[tuple[str, ...], str | None] = field(default_factory=dict)
    newest_before: int | None = None

    @property
    def is_member(self) -> bool:
        """Whether a member imports for themselves, not who runs the library."""
        return self.options.only is not None
