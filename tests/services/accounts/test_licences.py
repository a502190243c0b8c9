from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import LicenceAgreement
from app.services.accounts.licences import publish_under
from app.services.refusals import Refusal
from app.services.summaries.content import Edit
from app.services.summaries.publishing import change_summary
from tests.helpers.factories import make_summary, make_user


def test_a_writer_agrees_once_to_each_licence(session: Session) -> None:
    ann = make_user(session, "ann")
    first, second = (make_summary(session, user=ann, source="Text.") for _ in range(2))
    with pytest.raises(Refusal) as refused:
        publish_under(session, first, "CC-BY-4.0", agrees=False)
    assert refused.value.field == "agrees"
    assert first.licence == ""
    publish_under(session, first, "CC-BY-4.0", agrees=True)
    publish_under(session, second, "CC-BY-4.0", agrees=False)  # as before
    assert (first.licence, second.licence) == ("CC-BY-4.0", "CC-BY-4.0")
    # The site asks for another licence: what is published keeps its own.
    change_summary(session, first, Edit(source="Changed."))
    publish_under(session, first, "CC0-1.0", agrees=False)
    third = make_summary(session, user=ann, source="Text.")
    with pytest.raises(Refusal):
        publish_under(session, third, "CC0-1.0", agrees=False)
    publish_under(session, third, "CC0-1.0", agrees=True)
    session.commit()
    assert [first.licence, third.licence] == ["CC-BY-4.0", "CC0-1.0"]
    agreed = select(LicenceAgreement.user_id, LicenceAgreement.licence)
    assert set(session.execute(agreed).all()) == {(ann.id, "CC-BY-4.0"), (ann.id, "CC0-1.0")}


def test_private_summaries_and_sites_without_a_licence_ask_nothing(session: Session) -> None:
    private = make_summary(session, source="Text.", visibility="private")
    publish_under(session, private, "CC-BY-4.0", agrees=False)
    public = make_summary(session, source="Text.")
    publish_under(session, public, "", agrees=False)
    assert (private.licence, public.licence) == ("", "")
    change_summary(session, private, Edit(visibility="unlisted"))
    with pytest.raises(Refusal):
        publish_under(session, private, "CC-BY-4.0", agrees=False)
