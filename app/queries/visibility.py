"""Who may see which summary, whose name stands on it, and which stands first.

The only home of these rules.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Integer, and_, bindparam, or_

from app.models import Summary, User


class AnyMember:
    """A member in a statement that is made once.

    The parameter of this name says which.
    """

    def __init__(self, parameter: str) -> None:
        self.id: BindParameter[int] = bindparam(parameter, type_=Integer)


_ANY_MEMBER = AnyMember("viewer")


def stand_in(viewer: User | None) -> AnyMember | None:
    """Who stands for a viewer in a statement that is made once."""
    return None if viewer is None else _ANY_MEMBER


def parameters(viewer: User | None, **further: Any) -> dict[str, Any]:
    """The parameters of a statement that was made for a `stand_in`."""
    return further if viewer is None else {"viewer": viewer.id, **further}


def visible_to(viewer: User | AnyMember | None) -> ColumnElement[bool]:
    """Public summaries, and the viewer's own."""
    if viewer is None:
        return Summary.visibility == "public"
    return or_(Summary.visibility == "public", Summary.user_id == viewer.id)


def public() -> ColumnElement[bool]:
    """What everybody sees: for totals, feeds and whatever is the same for all."""
    return visible_to(None)


def best_first() -> tuple[Any, ...]:
    """The order of the summaries of one paper."""
    return Summary.score.desc(), Summary.created_at, Summary.id


def public_of_few() -> ColumnElement[bool]:
    """The same, where few rows are looked at, which are found by something else.

    SQLite, which knows nothing of how many there are, would rather go through all public ones:
    here it cannot, since it does not look into an expression.
    """
    return (Summary.visibility + "") == "public"


def shared_by(code: str) -> ColumnElement[bool]:
    """The unlisted summary of this secret link."""
    return and_(Summary.visibility == "unlisted", Summary.share_code == code)


def readable_by_others() -> ColumnElement[bool]:
    """Summaries that others can read in some way.

    Public ones, and by their link unlisted ones.
    """
    return Summary.visibility.in_(("public", "unlisted"))


def attributable_to(viewer: User | AnyMember | None) -> ColumnElement[bool]:
    """Summaries whose writer the viewer may know: not the anonymous ones of others.

    It says nothing about private ones: use it together with `visible_to`.
    """
    named = Summary.anonymous.is_(False)
    return named if viewer is None else or_(named, Summary.user_id == viewer.id)


def by_writer(user: User | AnyMember, viewer: User | AnyMember | None) -> ColumnElement[bool]:
    """Summaries that the viewer may see as written by this user."""
    return and_(Summary.user_id == user.id, visible_to(viewer), attributable_to(viewer))


def find_visible_writer(summary: Summary, viewer: User | None) -> User | None:
    """Whose name to show; `None` for "Anonymous".

    Needs `summary.user` to be loaded.
    """
    if summary.anonymous and (viewer is None or summary.user_id != viewer.id):
        return None
    return summary.user
