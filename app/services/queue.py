"""The queue of jobs: what a write leaves to be done behind the scenes.

`app.services.operation.jobs` does it. What follows from rows that are marked (similar papers, stale
texts) is not queued: its marks are the queue.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from app.db import begin_writing, insert_missing, now
from app.models import Job


def queue_job(
    session: Session,
    kind: str,
    key: str,
    argument: dict[str, Any] | None = None,
    *,
    due_at: datetime | None = None,
) -> None:
    """Queue one job, in the transaction of what it is about; the caller commits.

    Queued again it is still one job, with the new argument and time. If it is running then, it runs
    once more after that; if it failed for good, it has all its attempts again.

    Args:
        kind: the name of a kind that is registered in `app.services.operation.jobs.kinds`.
        key: tells it apart from others of its kind, such as "mail 17".
        argument: handed to its function by name; small, and nothing that is secret.
        due_at: not before this time.
    """
    begin_writing(session)
    moment = now()
    values = {
        "argument": argument or {},
        "queued_at": moment,
        "due_at": due_at or moment,
        "attempts": 0,
        "is_failed": False,
    }
    again = update(Job).where(Job.kind == kind, Job.key == key).values(values).returning(Job.id)
    found = None
    # It may be done, and so removed, between the two statements.
    while found is None:
        insert_missing(session, Job, [{"kind": kind, "key": key, **values}], ["kind", "key"])
        found = session.scalar(again.execution_options(synchronize_session=False))
