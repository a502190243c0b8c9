from __future__ import annotations

from collections import deque

from sqlalchemy import update
from sqlalchemy.orm import Session

from app.db import begin_writing
from app.models import ListEntry
from app.services.lists.words import renew_words
from tests.helpers.factories import make_paper, make_user, put_on_list, read_entry


def test_words_are_those_of_all_that_was_noted(session: Session) -> None:
    user, paper = make_user(session), make_paper(session)
    texts = {"remark": "Zebras", "notes": "**Łódź**", "labels": "Chapter 2", "citekey": "ren15"}
    put_on_list(session, user, paper, **texts)
    words = read_entry(session, user, paper).words.split()
    assert {"zebra", "lodz", "chapter", "2", "ren15"} <= set(words)


def test_words_are_made_again_by_other_rules(session: Session) -> None:
    user, paper = make_user(session), make_paper(session)
    put_on_list(session, user, paper, remark="Zebras", labels="b")
    begin_writing(session)
    session.execute(update(ListEntry).values(words="old"))
    session.commit()
    deque(renew_words(session), maxlen=0)
    assert read_entry(session, user, paper).words == "zebra b"
