"""What a paper's page shows of its links: reasons of recommendations, the best mentions."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from app.queries.links import links
from app.services import votes
from tests.helpers.factories import make_paper, make_summary, make_user

LIST = "### See also\n\n"


def reasons(session: Session, source: str) -> list[str]:
    paper = make_paper(session)
    make_summary(session, paper, source=source)
    return [each.reason_html for each in links.list_see_also(session, paper, None)]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("[SSD](/paper/k/1) – asks for the class at once", "asks for the class at once"),
        ("[SSD](/paper/k/1): lets *all* cells ask", "lets all cells ask"),
        ("[SSD](/paper/k/1) (the long version)", "(the long version)"),
        ("The successor: [SSD](/paper/k/1)", "The successor"),
        ("[SSD](/paper/k/1)", ""),
        ("[SSD](/paper/k/1).", ""),
        ("Its successor ([SSD](/paper/k/1))", "Its successor"),
        ("[SSD](/paper/k/1), [YOLO](/paper/k/2)", ""),
    ],
)
def test_a_recommendation_has_the_reason_that_its_writer_gives(
    session: Session, line: str, reason: str
) -> None:
    assert reasons(session, f"{LIST}- {line}")[0] == reason


def test_what_announces_a_recommendation_is_no_reason(session: Session) -> None:
    assert reasons(session, "See also: [SSD](/paper/k/1)") == [""]


def test_a_formula_in_a_reason_is_kept_and_markup_is_not(session: Session) -> None:
    found = reasons(session, f"{LIST}- [SSD](/paper/k/1) – for $k<9$ <script>x</script>")
    assert "<math" in found[0]
    assert "<script" not in found[0]


def test_the_best_three_mentions_are_shown_and_all_counted(session: Session) -> None:
    target = make_paper(session, "conf/x/Target")
    made = [make_summary(session, source="As \\cite{conf/x/Target} says.") for _ in range(5)]
    votes.cast_vote(session, make_user(session), made[4].id, 1)
    mira = make_user(session, "mira")
    make_summary(session, None, mira, "\\cite{conf/x/Target}", visibility="private")
    session.commit()
    found, total = links.list_mentions(session, target, None)
    shown = [place.summary_id for each in found for place in each.places]
    assert (shown, total) == ([made[4].id, made[0].id, made[1].id], 5)
    assert links.list_mentions(session, target, mira)[1] == 6
    assert links.list_mentions(session, make_paper(session), None) == ([], 0)
