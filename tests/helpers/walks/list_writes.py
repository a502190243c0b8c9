"""Random writes to reading lists too, and to the facts that lists and searches count."""

from __future__ import annotations

from sqlalchemy import select

from app.models import ListEntry, User
from app.queries.lists.reading_list import ListFilter, list_entry_ids
from app.services.lists import bulk_changes, entries
from app.services.papers import editing
from tests.helpers.factories import put_on_list
from tests.helpers.walks.random_writes import RandomWrites

STATUSES = ("to-read", "reading", "read")


class ListWrites(RandomWrites):
    """Random writes of which half are about lists, years and venues."""

    def step(self) -> str:
        """Make one write, and tell which."""
        if self.chance.random() < 0.5:
            return super().step()
        todo = self.chance.choice(
            (*(self.put_on_list,) * 2, self.remove, self.change_entries, *(self.change_facts,) * 2)
        )
        self.make(todo)
        return todo.__name__

    def put_on_list(self) -> None:
        label = self.chance.choice(("deep", "thesis"))
        put_on_list(self.session, self._user(), self._paper(), labels=label)

    def remove(self) -> None:
        found = self.session.scalars(select(ListEntry).order_by(ListEntry.id)).all()
        if found:
            entry = self.chance.choice(found)
            owner = self.session.get_one(User, entry.user_id)
            bulk_changes.remove_entries(self.session, owner, [entry.id])

    def change_entries(self) -> None:
        user = self._user()
        ids = list_entry_ids(self.session, user, ListFilter())
        if ids:
            bulk_changes.set_statuses(self.session, user, ids, self.chance.choice(STATUSES))
            entries.mark_seen(self.session, user)

    def change_facts(self) -> None:
        year = str(2018 + self.chance.randrange(3))
        venue = self.chance.choice(("Venue of one", "Venue of two", ""))
        edit = editing.PaperEdit({"year": year, "venue": venue}, reason="a reason")
        editing.edit_paper(self.session, self._paper(), edit, self.users[0])
