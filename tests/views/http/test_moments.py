"""Ages and moments as pages print them."""

from __future__ import annotations

from datetime import datetime

import pytest
from sqlalchemy.orm import Session

from app.views.http.moments import age
from tests.helpers.client import Browser
from tests.helpers.factories import make_paper, make_summary
from tests.helpers.samples.ages import AGES, PRESENT


@pytest.mark.parametrize(("at", "said"), AGES)
def test_age(at: str, said: str) -> None:
    assert age(datetime.fromisoformat(at), datetime.fromisoformat(PRESENT)) == said


@pytest.mark.parametrize(
    ("edited", "dates"),
    [
        (None, ["1 May 2020"]),
        ("2020-05-01T23:59:00+00:00", ["1 May 2020"]),
        ("2020-05-02T00:01:00+00:00", ["1 May 2020", "2 May 2020"]),
    ],
)
def test_an_edit_on_the_same_day_shows_once(
    guest: Browser, session: Session, edited: str | None, dates: list[str]
) -> None:
    make_summary(
        session,
        make_paper(session, "conf/x/A"),
        created_at=datetime.fromisoformat("2020-05-01T08:05:00+00:00"),
        edited_at=datetime.fromisoformat(edited) if edited else None,
    )
    for path in ("/", "/paper/conf/x/A", "/venue/conf/x"):
        times = list(guest.get(path).tree.iter("time"))
        assert [each.text for each in times] == dates, path
        assert times[0].get("datetime") == "2020-05-01T08:05:00Z"
        on_hover = times[0].get("title", "")
        assert on_hover.startswith("1 May 2020, 08:05 UTC")
        shows_once = edited is not None and len(dates) == 1
        assert ("edited 1 May 2020, 23:59 UTC" in on_hover) == shows_once
