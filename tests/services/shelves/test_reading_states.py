"""A state machine of a reading: before its reveal nobody but its writer sees a text.

A model knows who belongs to the group, who answered what and whose text is in. After each step it
is compared with what every person sees on the page of the reading and on that of the paper.
"""

from __future__ import annotations

import random
from collections import Counter, deque
from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy.orm import Session

from app.db import now
from app.models import Paper, PaperMerge, Reading, Summary
from app.queries import summaries
from app.queries.shelves.access import find_shelf
from app.queries.shelves.reading_texts import list_reading_entries
from app.queries.summary_entries import SummaryEntry
from app.services.papers import merge_undo, merging
from app.services.refusals import Refusal
from app.services.shelves import ballot, members, participation, readings, reveal
from app.services.shelves.readings import ReadingPlan
from app.services.summaries.deletion import delete_summary
from tests.helpers.factories import (
    join_shelf,
    make_paper,
    make_reading,
    make_shelf,
    make_user,
    publish,
)


class ReadingMachine(RuleBasedStateMachine):
    """A shelf with its owner (0) and up to two members (1, 2); a stranger (3) looks on."""

    session: Session
    patch: pytest.MonkeyPatch
    reached: Counter[str]

    @initialize()
    def begin(self) -> None:
        session = self.session
        self.users = [make_user(session) for _ in range(4)]
        self.paper = make_paper(session)
        self.shelf = make_shelf(session, self.users[0], self.paper, visibility="public")
        join_shelf(session, self.shelf, self.users[1])
        self.reading = make_reading(session, self.shelf, self.paper)
        self.moment = now()
        self.count = 0
        self.patch.setattr(reveal, "now", lambda: self.moment)
        self.group = {0, 1}
        self.answers: dict[int, bool] = {}
        self.texts: dict[int, Summary] = {}
        self.handed_in: dict[int, str] = {}
        self.published: set[int] = set()
        self.is_revealed = False
        self.merge: PaperMerge | None = None

    @rule(seed=st.integers(0, 2**32))
    def step(self, seed: int) -> None:
        """One of the steps: chance knows how often each is worth it, hypothesis does not."""
        self.count += 1
        chance = random.Random(f"{self.count} {seed}")
        steps: list[tuple[int, Callable[[], None]]] = [
            (8, lambda: self.write(chance.randrange(3), chance.choice(("group", "public")))),
            (4, lambda: self.answer(chance.randrange(3), chance.random() < 0.7)),
            (2, lambda: self.take_back(chance.randrange(3))),
            (1, lambda: self.delete(chance.randrange(3))),
            (1, lambda: self.vote(chance.randrange(3))),
            (2, lambda: self.join(chance.randrange(1, 3))),
            (1, lambda: self.go(chance.randrange(1, 3), chance.random() < 0.5)),
            (1, self.postpone),
            (1, self.merge_papers),
            (1, self.undo_merge),
            (3, lambda: self.wait(chance.random() < 0.3)),
        ]
        chance.choices([step for _, step in steps], [weight for weight, _ in steps])[0]()

    def join(self, who: int) -> None:
        if who not in self.group:
            join_shelf(self.session, self.shelf, self.users[who])
            self.group.add(who)

    def go(self, who: int, by_owner: bool) -> None:
        if who not in self.group:
            return
        if by_owner:
            members.remove_member(self.session, self.shelf, self.users[who].name)
        else:
            owner, slug = self.users[0].name, self.shelf.slug
            members.decline_invitation(self.session, self.users[who], owner, slug)
        self.group.discard(who)
        self.answers.pop(who, None)
        self.handed_in.pop(who, None)
        self._follow()

    def answer(self, who: int, takes_part: bool) -> None:
        place = (self.session, self.users[who], self.shelf, self.reading)
        if not self._is_taken(lambda: participation.answer_reading(*place, takes_part=takes_part)):
            assert who not in self.group
            return
        self.answers[who] = takes_part
        if not takes_part:
            self.handed_in.pop(who, None)
        self._follow()

    def write(self, who: int, audience: str) -> None:
        user, paper = self.users[who], self.session.get_one(Paper, self.reading.paper_id)
        if who not in self.texts:
            made = publish(
                self.session, user, paper, source=f"Text {user.name}.", visibility="private"
            )
            self.texts[who] = made
            self.session.commit()
        place = (self.session, user, self.shelf, self.reading, self.texts[who], audience)
        if not self._is_taken(lambda: participation.hand_in(*place)):
            assert who not in self.group
            return
        self.answers[who], self.handed_in[who] = True, audience
        self._follow()

    def take_back(self, who: int) -> None:
        place = (self.session, self.users[who], self.shelf, self.reading)
        if self._is_taken(lambda: participation.take_back(*place)):
            self.answers.setdefault(who, True)
            self.handed_in.pop(who, None)
            self._follow()

    def delete(self, who: int) -> None:
        if who in self.texts:
            delete_summary(self.session, self.texts.pop(who))
            self.session.commit()
            self.handed_in.pop(who, None)
            self.published.discard(who)

    def vote(self, who: int) -> None:
        if self._is_taken(lambda: ballot.open_ballot(self.session, self.shelf)):
            self._is_taken(
                lambda: ballot.vote_for_papers(self.session, self.users[who], self.shelf, [1, 2])
            )
            self._is_taken(lambda: ballot.close_ballot(self.session, self.shelf))

    def postpone(self) -> None:
        later = (self.reading.ends_on + timedelta(days=1)).isoformat()
        place = (self.session, self.shelf, self.reading, ReadingPlan(later))
        assert self._is_taken(lambda: readings.change_reading(*place)) != self.is_revealed

    def merge_papers(self) -> None:
        if self.merge is None:
            kept = make_paper(self.session)
            gone = self.session.get_one(Paper, self.reading.paper_id)
            self.merge = merging.merge_papers(self.session, kept, gone, self.users[0])
            self.session.commit()

    def undo_merge(self) -> None:
        if self.merge is not None and self.merge.undone_at is None:
            merge_undo.undo_merge(self.session, self.merge.id, self.users[0])
            self.session.commit()

    def wait(self, is_over: bool) -> None:
        """The job runs, within the last day or after it."""
        day = self.reading.ends_on + timedelta(days=is_over)
        self.moment = max(self.moment, datetime.combine(day, time(0), UTC))
        deque(reveal.reveal_due(self.session), maxlen=0)
        self.is_revealed = self.is_revealed or self.moment.date() > self.reading.ends_on
        if self.is_revealed:
            self.published |= {who for who, to in self.handed_in.items() if to == "public"}

    @invariant()
    def everybody_sees_what_they_may(self) -> None:
        if not hasattr(self, "users"):
            return
        session = self.session
        reading = session.get_one(Reading, self.reading.id, populate_existing=True)
        assert (reading.revealed_at is not None) == self.is_revealed
        paper = session.get_one(Paper, reading.paper_id)
        owner, slug = self.users[0].name, self.shelf.slug
        for number, viewer in [(-1, None), *enumerate(self.users)]:
            seen = find_shelf(session, owner, slug, viewer)
            assert seen is not None
            entries = list_reading_entries(session, seen, reading, viewer)
            shown = set(self.handed_in) if number in self.group else self._handed_in_for_all()
            assert self._writers(entries) == (shown if self.is_revealed else set())
            on_page = summaries.list_summaries_of_paper(session, paper, viewer)
            assert self._writers(on_page) <= self.published | {number}
        self.reached["hidden"] += bool(self.handed_in) and not self.is_revealed
        self.reached["shown"] += bool(self.handed_in) and self.is_revealed
        self.reached["public"] += bool(self.published)
        session.commit()

    def _handed_in_for_all(self) -> set[int]:
        return {who for who, to in self.handed_in.items() if to == "public"} & self.published

    def _writers(self, entries: list[SummaryEntry]) -> set[int]:
        ids = {summary.id: who for who, summary in self.texts.items()}
        return {ids[entry.summary.id] for entry in entries}

    def _follow(self) -> None:
        """Commit, and tell the model that all are in, if they are."""
        self.session.commit()
        taking_part = {who for who, takes_part in self.answers.items() if takes_part}
        is_complete = self.group == self.answers.keys() and len(taking_part) >= 2
        if is_complete and taking_part <= self.handed_in.keys():
            self.is_revealed = True
        if self.moment.date() > self.reading.ends_on:
            self.is_revealed = True

    def _is_taken(self, call: Callable[[], None]) -> bool:
        try:
            call()
        except Refusal:
            self.session.rollback()
            return False
        self.session.commit()
        return True


@pytest.mark.slow
@pytest.mark.sqlite_only(reason="test_readings.py runs the same SQL")
def test_nobody_sees_a_text_before_the_reveal(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    reached: Counter[str] = Counter()
    given = {"session": session, "patch": monkeypatch, "reached": reached}
    machine = type("Machine", (ReadingMachine,), given)
    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        machine,
        settings=settings(
            max_examples=3,
            phases=[Phase.generate],
            stateful_step_count=25,
            derandomize=True,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
    assert min(reached[each] for each in ("hidden", "shown", "public")) > 2, reached
