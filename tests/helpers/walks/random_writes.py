"""Random writes to a small library, as readers, writers and administrators make them."""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db import now
from app.licences import LICENCES
from app.models import Author, Paper, PaperMerge, Reading, Shelf, Summary, Tag, User, Venue
from app.queries.shelves.readings import list_group_members
from app.queries.summaries import find_first_own_summary
from app.services import votes
from app.services.accounts import account, administration, licences
from app.services.operation.rerender import renew_marked
from app.services.papers import editing, merge_undo, merging, removal
from app.services.refusals import Refusal
from app.services.shelves import entries as shelved
from app.services.shelves import members, participation, readings, reveal
from app.services.shelves import shelf as shelf_services
from app.services.shelves.readings import ReadingPlan
from app.services.shelves.shelf import ShelfTexts
from app.services.similar import similarity
from app.services.summaries import deletion, publishing
from app.services.summaries.content import Edit
from app.sources.provenance import READ
from tests.helpers.factories import make_paper, make_user, publish


class RandomWrites:
    """Random writes to a small library, each as a service does it."""

    def __init__(self, session: Session, seed: int) -> None:
        self.session = session
        self.chance = random.Random(seed)
        self.users = [make_user(session, f"writer{number}") for number in range(3)]
        administration.set_role(session, self.users[0], "administrator")
        for number in range(5):
            make_paper(session, f"conf/v{number % 2}/Paper{number}", f"Title number {number}")
        session.commit()
        self.deleted: list[tuple[User, int]] = []

    def step(self) -> str:
        """Make one write, and tell which."""
        todo = self.chance.choice(
            (
                *(self.write,) * 5,
                *(self.vote,) * 3,
                *(self.change_settings,) * 3,
                self.delete,
                self.restore,
                self.add_paper,
                self.edit_paper,
                self.merge,
                self.undo_merge,
                self.remove_paper,
                self.rename,
                self.change_profile,
                *(self.make_shelf, self.change_shelf, self.add_to_shelf, self.remove_from_shelf),
                *(self.share_shelf, self.delete_shelf, self.start_reading, self.hand_in),
                *(self.run_jobs,) * 3,
            )
        )
        self.make(todo)
        return todo.__name__

    def make(self, write: Callable[[], None]) -> None:
        """Make a write that is named, unless it is refused."""
        try:
            write()
            self.session.commit()
        except Refusal:  # such as a vote on one's own summary
            self.session.rollback()

    def paths(self) -> list[str]:
        """Every page about one thing."""
        keys: list[tuple[str, Callable[[], list[object]]]] = [
            ("/paper/", lambda: list(self.session.scalars(select(Paper.key)))),
            ("/author/", lambda: list(self.session.scalars(select(Author.key)))),
            ("/user/", lambda: list(self.session.scalars(select(User.name)))),
            ("/venue/", lambda: list(self.session.scalars(select(Venue.key)))),
            ("/shelf/", self._shelf_names),
            ("/tag/", lambda: list(self.session.scalars(select(Tag.name)))),
            ("/summary/", lambda: list(self.session.scalars(select(Summary.id)))),
        ]
        found = [f"{start}{key}" for start, load in keys for key in load()]
        self.session.commit()
        return found

    def _shelf_names(self) -> list[object]:
        query = select(User.name, Shelf.slug).join(Shelf, Shelf.user_id == User.id)
        return [f"{name}/{slug}" for name, slug in self.session.execute(query)]

    def write(self) -> None:
        linked = self._paper()
        publish(
            self.session,
            self._user(),
            self._paper(),
            source=f"{self.chance.random()} \\cite{{{linked.key}}} \\cite{{conf/new/X}}",
            takeaway=f"Takeaway {self.chance.randrange(100)}",
            tags=self.chance.sample(["deep", "vision", "speech"], 2),
            visibility=self.chance.choice(("public", "public", "unlisted", "private")),
            anonymous=self.chance.random() < 0.3,
        )

    def change_settings(self) -> None:
        summary = self._summary()
        if summary is not None:
            user, paper = (
                self.session.get(User, summary.user_id),
                self.session.get(Paper, summary.paper_id),
            )
            assert user is not None
            assert paper is not None
            publish(
                self.session,
                user,
                paper,
                source=summary.source,
                visibility=self.chance.choice(("public", "unlisted", "private")),
                anonymous=not summary.anonymous,
            )
            state = Edit(read=self.chance.choice(("", *READ)), interest=self.chance.random() < 0.5)
            publishing.change_summary(self.session, summary, state)
            licences.set_licence(self.session, summary, self.chance.choice(("", *LICENCES)))

    def vote(self) -> None:
        summary = self._summary()
        if summary is not None:
            votes.cast_vote(
                self.session, self._user(), summary.id, self.chance.choice((1, -1)), now()
            )

    def withdraw_vote(self) -> None:
        summary = self._summary()
        if summary is not None:
            votes.withdraw_vote(self.session, self._user(), summary.id)

    def edit(self) -> None:
        summary = self._summary()
        if summary is not None:
            user = self.session.get_one(User, summary.user_id)
            paper = self.session.get_one(Paper, summary.paper_id)
            text = f"Other words {self.chance.random()}"
            publish(self.session, user, paper, source=text, visibility=summary.visibility)

    def change_role(self) -> None:
        role = self.chance.choice(("member", "trusted", "member"))
        administration.set_role(self.session, self.users[-1], role)

    def delete(self) -> None:
        summary = self._summary()
        if summary is not None:
            writer = self.session.get(User, summary.user_id)
            assert writer is not None
            self.deleted.append((writer, summary.id))
            deletion.delete_summary(self.session, summary)

    def restore(self) -> None:
        if self.deleted:
            deletion.restore_summary(self.session, *self.deleted.pop())

    def add_paper(self) -> None:
        key = self.chance.choice(("conf/new/X", f"conf/v1/Added{self.chance.randrange(10**6)}"))
        title = self.chance.choice(("Title number 1", "Another title altogether"))
        if self.session.scalar(select(Paper.id).where(Paper.key == key)) is None:
            make_paper(self.session, key, title, authors=["Ada Lovelace"], year=2020)

    def edit_paper(self) -> None:
        paper = self._paper()
        title = f"Title edited {self.chance.randrange(100)}"
        edit = editing.PaperEdit({"title": title}, reason="a reason")
        editing.edit_paper(self.session, paper, edit, self.users[0])

    def merge(self) -> None:
        one, other = self._paper(), self._paper()
        if one.id != other.id:
            merging.merge_papers(self.session, one, other, self.users[0])

    def undo_merge(self) -> None:
        found = self.session.scalar(select(PaperMerge.id).where(PaperMerge.undone_at.is_(None)))
        if found is not None:
            merge_undo.undo_merge(self.session, found, self.users[0])

    def remove_paper(self) -> None:
        written = select(Summary.id).where(Summary.paper_id == Paper.id).exists()
        paper = self.session.scalar(select(Paper).where(~written))
        if paper is not None:
            removal.remove_paper(self.session, paper, self.users[0], "a reason")

    def rename(self) -> None:
        administration.rename_account(
            self.session, self._user(), f"renamed{self.chance.randrange(10**6)}"
        )

    def change_profile(self) -> None:
        account.change_profile(self.session, self._user(), "Another Name", "A *bio*.")

    def make_shelf(self) -> None:
        visibility = self.chance.choice(("public", "unlisted", "private"))
        texts = ShelfTexts(f"Shelf {self.chance.randrange(3)}", "", "Its *text*.", visibility)
        made = shelf_services.create_shelf(self.session, self._user(), texts)
        owner = self.session.get_one(User, made.user_id)
        shelved.add_paper_to_shelf(self.session, owner, made, self._paper(), "A note")

    def change_shelf(self) -> None:
        shelf, _ = self._shelf()
        visibility = self.chance.choice(("public", "unlisted", "private"))
        texts = ShelfTexts(f"Shelf {self.chance.randrange(9)}", shelf.slug, "", visibility)
        shelf_services.change_shelf(self.session, shelf, texts)

    def add_to_shelf(self) -> None:
        shelf, user = self._shelf()
        note = f"Note {self.chance.randrange(99)}"
        shelved.add_paper_to_shelf(self.session, user, shelf, self._paper(), note)

    def remove_from_shelf(self) -> None:
        shelf, user = self._shelf()
        shelved.remove_from_shelf(self.session, user, shelf, self._paper())

    def share_shelf(self) -> None:
        shelf, owner = self._shelf()
        user = self._user()
        members.invite_member(self.session, shelf, user.name, "editor")
        if self.chance.random() < 0.7:
            members.accept_invitation(self.session, user, owner.name, shelf.slug)

    def delete_shelf(self) -> None:
        shelf_services.delete_shelf(self.session, self._shelf()[0])

    def start_reading(self) -> None:
        shelf, owner = self._shelf()
        readings.set_reading_together(self.session, shelf, is_on=True)
        day = (now() + timedelta(days=7)).date().isoformat()
        readings.start_reading(self.session, shelf, self._paper(), ReadingPlan(day, owner.name))

    def hand_in(self) -> None:
        """Everybody answers, and some hand in what they have written."""
        reading = self.session.scalar(select(Reading).order_by(Reading.id.desc()))
        if reading is None:
            return
        shelf = self.session.get_one(Shelf, reading.shelf_id)
        paper = self.session.get_one(Paper, reading.paper_id)
        for user in list_group_members(self.session, shelf):
            mine = find_first_own_summary(self.session, paper, user)
            place = (self.session, user, shelf, reading)
            if mine is None:
                participation.answer_reading(*place, takes_part=self.chance.random() < 0.3)
            else:
                audience = self.chance.choice(("group", "public"))
                participation.hand_in(*place, mine, audience)

    def run_jobs(self) -> None:
        deque(reveal.reveal_due(self.session), maxlen=0)
        deque(renew_marked(self.session), maxlen=0)
        deque(similarity.refresh_marked_papers(self.session), maxlen=0)

    def _user(self) -> User:
        return self.chance.choice(self.users)

    def _paper(self) -> Paper:
        return self.chance.choice(self.session.scalars(select(Paper).order_by(Paper.id)).all())

    def _shelf(self) -> tuple[Shelf, User]:
        """A shelf with its owner; one is made if there is none."""
        if self.session.scalar(select(Shelf.id)) is None:
            self.make_shelf()
        found = self.chance.choice(self.session.scalars(select(Shelf).order_by(Shelf.id)).all())
        return found, self.session.get_one(User, found.user_id)

    def _summary(self) -> Summary | None:
        found = self.session.scalars(select(Summary).order_by(Summary.id)).all()
        return self.chance.choice(found) if found else None
