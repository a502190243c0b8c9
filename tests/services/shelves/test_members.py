from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from app.queries.shelves.access import find_role, find_shelf
from app.services.refusals import Refusal
from app.services.shelves import members
from tests.helpers.factories import make_shelf, make_user


def test_who_is_invited_sees_the_shelf_once_they_accept(session: Session) -> None:
    ann, ben = make_user(session, "ann"), make_user(session, "ben")
    shelf = make_shelf(session, ann, title="Plans")
    members.invite_member(session, shelf, "Ben", "viewer")
    session.commit()
    assert find_shelf(session, "ann", "plans", ben) is None
    members.accept_invitation(session, ben, "ann", "plans")
    session.commit()
    assert find_role(session, shelf, ben) == "viewer"
    members.invite_member(session, shelf, "ben", "editor")  # another role
    session.commit()
    seen = find_shelf(session, "ann", "plans", ben)
    assert seen is not None
    assert (seen.role, seen.may_add, seen.is_mine) == ("editor", True, False)
    members.decline_invitation(session, ben, "ann", "plans")
    session.commit()
    assert find_shelf(session, "ann", "plans", ben) is None
    with pytest.raises(Refusal, match="no longer valid"):
        members.accept_invitation(session, ben, "ann", "plans")


@pytest.mark.parametrize(
    ("name", "role", "field"),
    [
        ("nobody", "editor", "name"),
        ("", "editor", "name"),
        ("ann", "editor", "name"),
        ("ben", "owner", "role"),
    ],
)
def test_what_is_refused(session: Session, name: str, role: str, field: str) -> None:
    ann, _ = make_user(session, "ann"), make_user(session, "ben")
    shelf = make_shelf(session, ann)
    with pytest.raises(Refusal) as refused:
        members.invite_member(session, shelf, name, role)
    assert refused.value.field == field
