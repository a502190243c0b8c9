"""The kinds of jobs: a function each, and when it has to run.

A function does its work in steps, each in short transactions of its own, and yields after each one.
It may be stopped after any step, or killed in the middle of one, and run again from its beginning:
what is done already is done.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.orm import Session

from app.services.accounts import deletion
from app.services.accounts.sign_in import recovery
from app.services.bibliography import asking, checks
from app.services.importing.lists import receiving
from app.services.importing.lists import work as list_imports
from app.services.mail import outbox
from app.services.operation import rerender, tidying
from app.services.operation.backup import schedule
from app.services.shelves import reveal
from app.services.similar import similarity


@dataclass(frozen=True)
class JobKind:
    """One kind of job.

    It has a row of its own when `every` or `is_waiting` says when it runs; else it runs for each
    job that `app.services.queue` was given, with that job's argument.

    Args:
        name: as commands call it.
        says: what it does, in one sentence.
        work: does it, as the module's text says.
        every: the time between two runs.
        is_waiting: whether there is something to do; asked every second.
        count_left: how much there is to do; asked when somebody wants to see it.
    """

    name: str
    says: str
    work: Callable[..., Iterator[object]]
    every: timedelta | None = None
    is_waiting: Callable[[Session], bool] | None = None
    count_left: Callable[[Session], int] | None = None

    @property
    def is_recurring(self) -> bool:
        return self.every is not None or self.is_waiting is not None


Kinds = dict[str, JobKind]
KINDS: Kinds = {
    kind.name: kind
    for kind in (
        JobKind(
            "texts",
            "Renders summaries again whose links lead to another paper.",
            rerender.renew_marked,
            is_waiting=rerender.has_marked,
            count_left=rerender.count_marked,
        ),
        JobKind(
            "similar",
            "Computes similar papers of what was written.",
            similarity.refresh_marked_papers,
            is_waiting=similarity.has_marked,
            count_left=similarity.count_marked,
        ),
        JobKind(
            "rerender",
            "Renders texts again that an older version of the renderer made.",
            rerender.renew_stale,
            is_waiting=rerender.is_due,
            count_left=rerender.count_due,
        ),
        JobKind(
            "accounts",
            "Deletes accounts as their owners asked a fortnight before.",
            deletion.delete_due,
            is_waiting=deletion.has_due,
        ),
        JobKind(
            "readings",
            "Shows the texts of reading groups whose day is over.",
            reveal.reveal_due,
            is_waiting=reveal.has_due,
        ),
        JobKind(
            "bibliographies",
            "Deletes bibliographies that were checked more than an hour ago.",
            checks.delete_old_checks,
            is_waiting=checks.has_old_checks,
        ),
        JobKind(
            asking.JOB,
            "Asks Crossref about entries of checked bibliographies, where somebody wants it.",
            asking.ask_waiting,
            is_waiting=asking.has_waiting,
            count_left=asking.count_waiting,
        ),
        JobKind(
            recovery.KIND,
            "Sends a link to people who forgot their passwords.",
            recovery.answer_recovery,
        ),
        JobKind(outbox.JOB, "Sends mail.", outbox.send_mail),
        JobKind(
            receiving.JOB,
            "Reads and imports lists from other tools, and undoes that.",
            list_imports.work_on_import,
        ),
        JobKind(
            "tidy",
            "Deletes unused images, old trash, look-ups, imports of lists and mail.",
            tidying.tidy,
            every=timedelta(days=1),
        ),
        JobKind(
            "backup",
            "Backs up the library, and removes old backups.",
            schedule.run_backup,
            is_waiting=schedule.is_due,
        ),
    )
}
