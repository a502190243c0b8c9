"""Administrators see how the site is doing, and nobody else does."""

from __future__ import annotations

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from app.db import begin_writing, now
from app.models import Backup, Job, User
from app.services.operation.jobs import leases
from app.services.operation.jobs.kinds import KINDS
from tests.helpers.client import Browser


@pytest.mark.parametrize(("role", "status"), [("trusted", 403), ("administrator", 200)])
def test_only_administrators_see_it(
    guest: Browser, session: Session, role: str, status: int
) -> None:
    assert guest.get("/admin/health").status == 302
    guest.sign_up("ada")
    begin_writing(session)
    session.execute(update(User).values(role=role))
    leases.add_missing_kinds(session, KINDS.values(), now())
    begin_writing(session)
    failed = {"is_failed": True, "attempts": 8, "error": "ValueError (x.py:7)"}
    session.execute(update(Job).where(Job.kind == "tidy").values(**failed))
    facts = {"content": "0" * 64, "is_scheduled": True}
    session.add(Backup(made_at=now(), path="/mnt/backups/a.zip", size=2_100_000_000, **facts))
    session.commit()
    page = guest.get("/admin/health")
    assert page.status == status
    for shown in ("/mnt/backups/a.zip", "2.1 GB", "ValueError (x.py:7)", "8 failed attempts"):
        assert (shown in page.text) == (status == 200)
    assert ("Site health" in guest.get("/settings").text) == (status == 200)
