"""What is filled into parts takes no more memory for what strangers ask for."""

from __future__ import annotations

from sqlalchemy.orm import Session

from app.views.parts import places
from tests.helpers.client import Browser
from tests.helpers.factories import make_summary


def test_a_long_address_is_not_remembered(guest: Browser, session: Session) -> None:
    make_summary(session)
    places._quote_once.cache_clear()  # which the process has for all tests
    kept = places._quote_once.cache_info
    for length, grows in ((places.MAX_KEPT_ADDRESS, False), (20, True)):
        before = kept().misses
        page = guest.get(f"/?before={'%22' * length}").text
        assert page.count(f"/login?next=/?before%3D{'%2522' * length}") > 1
        assert (kept().misses > before) is grows
