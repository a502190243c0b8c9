from __future__ import annotations

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from app.db import begin_writing, now
from app.models import EntryCopy
from app.services.lists import copies, entries
from app.services.operation.tidying import tidy
from tests.helpers.factories import make_paper, make_user, read_entry


def count_copies(session: Session) -> int:
    found = session.scalar(select(func.count()).select_from(EntryCopy)) or 0
    session.commit()
    return found


def age(session: Session) -> None:
    begin_writing(session)
    session.execute(update(EntryCopy).values(made_at=now() - 2 * copies.MAX_UNDO_AGE))
    session.commit()


def test_a_change_can_be_undone_for_an_hour(session: Session) -> None:
    user, paper = make_user(session), make_paper(session)
    batch = entries.set_status(session, user, paper, "to-read")
    session.commit()
    age(session)
    assert copies.undo_change(session, user, batch) is None
    session.commit()
    assert read_entry(session, user, paper) is not None


def test_old_copies_go_with_the_next_change_and_when_it_is_tidied(session: Session) -> None:
    user, paper = make_user(session), make_paper(session)
    entries.set_status(session, user, paper, "to-read")
    session.commit()
    age(session)
    entries.set_status(session, user, paper, "reading")
    session.commit()
    assert count_copies(session) == 1
    age(session)
    next(tidy(session))
    assert count_copies(session) == 0


def test_changes_are_undone_in_any_order(session: Session) -> None:
    user, paper = make_user(session), make_paper(session)
    entries.set_status(session, user, paper, "to-read")
    first = entries.set_status(session, user, paper, "reading")
    second = entries.remove_entry(session, user, paper)
    session.commit()
    assert copies.undo_change(session, user, first) == 1
    session.commit()
    assert read_entry(session, user, paper) is None
    assert copies.undo_change(session, user, second or "") == 1
    session.commit()
    assert read_entry(session, user, paper).status == "reading"
