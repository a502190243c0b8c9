"""Links between papers, in both directions, and what happens when papers arrive later."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from types import ModuleType

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db import Database
from app.models import Link, Paper, Summary, User
from app.queries import papers
from app.queries.links import links
from app.rendering import Rendered
from app.services import renderer
from app.services.links import stale
from app.services.operation import rerender
from app.services.operation.rerender import count_marked, renew_marked
from app.services.papers.adding import add_paper
from app.services.renderer import TextOwner
from app.services.summaries import rendered_text
from app.services.summaries.content import Edit
from app.services.summaries.publishing import create_summary
from app.sources.record import PaperRecord
from tests.helpers.factories import make_paper, make_summary, make_user, put_on_list

SEE_ALSO = """The anchor idea is in [MultiBox](/paper/conf/cvpr/ErhanSTA14), they say.

## See also
- [Fast R-CNN](http://www.shortscience.org/paper?bibtexKey=conf/iccv/Girshick15#martinthoma)
- \\cite{conf/cvpr/RedmonDGF16}
"""


def test_links_become_rows(session: Session) -> None:
    known = make_paper(session, "conf/iccv/Girshick15")
    make_summary(session, source=SEE_ALSO)
    rows = session.scalars(select(Link).order_by(Link.position)).all()
    assert [(row.kind, row.target_value, row.target_id) for row in rows] == [
        ("mention", "conf/cvpr/ErhanSTA14", None),
        ("see also", "conf/iccv/Girshick15", known.id),
        ("see also", "conf/cvpr/RedmonDGF16", None),
    ]
    assert rows[1].label == "Fast R-CNN"
    assert rows[1].target_user == "martinthoma"
    assert rows[0].sentence == "The anchor idea is in MultiBox, they say."


def test_saving_again_makes_the_same_rows(session: Session) -> None:
    paper, user = make_paper(session), make_user(session)
    make_summary(session, paper, user, SEE_ALSO)
    make_summary(session, paper, user, SEE_ALSO + "\n")
    assert len(session.scalars(select(Link)).all()) == 3


def test_both_directions(session: Session) -> None:
    origin = make_paper(session, "conf/nips/RenHGS15")
    target = make_paper(session, "conf/iccv/Girshick15")
    make_summary(session, origin, source=SEE_ALSO)
    recommended = links.list_see_also(session, origin, None)
    assert [each.value for each in recommended] == ["conf/iccv/Girshick15", "conf/cvpr/RedmonDGF16"]
    assert recommended[0].target is not None
    assert recommended[1].target is None
    back = links.list_mentions(session, target, None)[0]
    assert [each.paper.key for each in back] == ["conf/nips/RenHGS15"]
    wanted = links.list_summaries_citing_unknown(session, "key", "conf/cvpr/redmondgf16", None)
    assert [each.paper.key for each in wanted] == ["conf/nips/RenHGS15"]


def test_a_paper_added_later_is_linked_from_then_on(session: Session) -> None:
    summary = make_summary(
        session, source="See https://arxiv.org/abs/1506.02640v1 and \\cite{conf/cvpr/RedmonDGF16}."
    )
    assert 'href="https://arxiv.org/abs/1506.02640v1"' in summary.html
    paper = make_paper(session, "conf/cvpr/RedmonDGF16", arxiv_id="1506.02640")
    session.expire_all()
    again = session.get_one(Summary, summary.id)
    assert "https://arxiv.org" not in again.html
    assert again.html.count('href="/paper/conf/cvpr/RedmonDGF16"') == 2
    assert set(session.scalars(select(Link.target_id))) == {paper.id}
    assert len(links.list_mentions(session, paper, None)[0]) == 1


def test_a_link_by_arxiv_id_leads_here_when_the_paper_is_known(session: Session) -> None:
    make_paper(session, "conf/cvpr/RedmonDGF16", arxiv_id="1506.02640")
    summary = make_summary(session, source="See [YOLO](https://arxiv.org/abs/1506.02640).")
    assert 'href="/paper/conf/cvpr/RedmonDGF16"' in summary.html


def test_private_links_are_seen_by_their_writer_alone(session: Session) -> None:
    target = make_paper(session, "conf/iccv/Girshick15")
    writer = make_user(session, "mira")
    summary = make_summary(session, None, writer, SEE_ALSO, visibility="private")
    origin = papers.load_papers(session, [summary.paper_id])[summary.paper_id]
    assert links.list_mentions(session, target, None)[0] == []
    assert links.list_see_also(session, origin, make_user(session)) == []
    assert links.list_summaries_citing_unknown(session, "key", "conf/cvpr/RedmonDGF16", None) == []
    assert len(links.list_mentions(session, target, writer)[0]) == 1
    assert len(links.list_see_also(session, origin, writer)) == 2


def test_anonymous_backlinks_have_no_name(session: Session) -> None:
    target = make_paper(session, "conf/iccv/Girshick15")
    writer = make_user(session, "mira")
    make_summary(session, None, writer, SEE_ALSO, anonymous=True)
    assert links.list_mentions(session, target, None)[0][0].places[0].writer is None
    own = links.list_mentions(session, target, writer)[0][0].places[0].writer
    assert own is not None
    assert own.name == "mira"


def test_citations_name_authors_and_year(session: Session) -> None:
    make_paper(session, "conf/x/One", authors=("Ross Girshick",), year=2015)
    make_paper(session, "conf/x/Two", authors=("Diederik P. Kingma", "Max Welling"))
    make_paper(session, "conf/x/More", authors=("LIGO Collaboration", "A B", "C D"), year=2016)
    make_paper(session, "conf/x/Nobody")
    keys = "conf/x/One, conf/x/Two, conf/x/More, conf/x/Nobody, conf/x/Unknown"
    html = make_summary(session, source=f"As \\cite{{{keys}}} say.").html
    for label in (
        "Girshick 2015",
        "Kingma &amp; Welling",
        "LIGO Collaboration et al. 2016",
        "conf/x/Nobody",
        "conf/x/Unknown",
    ):
        assert f">{label}</a>" in html


def test_many_links_of_one_summary_hide_no_other(session: Session) -> None:
    target = make_paper(session, "conf/x/Target")
    make_summary(session, source="\\cite{conf/x/Target}\n\n" * 60)
    make_summary(session, source="\\cite{conf/x/Target}")
    assert len(links.list_mentions(session, target, None)[0]) == 2


def test_places_in_one_paper_are_told_together(session: Session) -> None:
    target = make_paper(session, "conf/x/Target")
    origin = make_paper(session)
    for _ in range(2):
        make_summary(session, origin, source="\\cite{conf/x/Target}")
    [found] = links.list_mentions(session, target, None)[0]
    assert found.paper.id == origin.id
    assert len(found.places) == 2


def test_each_kind_of_link_is_known(session: Session) -> None:
    make_summary(
        session,
        source="Like [one](/paper/k/1) and \\cite{k/2}.\n\n"
        "### See also\n\n- \\cite{k/3}, [x](/paper/k/4)",
    )
    kinds = session.execute(select(Link.target_value, Link.kind).order_by(Link.position)).all()
    assert [tuple(row) for row in kinds] == [
        ("k/1", "mention"),
        ("k/2", "cite"),
        ("k/3", "see also"),
        ("k/4", "see also"),
    ]


def test_a_link_to_one_persons_summary_leads_there(session: Session) -> None:
    origin = make_paper(session)
    make_paper(session, "k/Target")
    make_summary(session, origin, source="See also: [hers](/paper?bibtexKey=k/Target#mira)")
    [found] = links.list_see_also(session, origin, None)
    assert found.user == "mira"


def test_a_writer_may_use_their_own_citation_keys(session: Session) -> None:
    paper, mira, noor = make_paper(session), make_user(session), make_user(session)
    rcnn = make_paper(session, "conf/nips/RenHGS15")
    put_on_list(session, mira, rcnn, citekey="ren2015faster")
    text = "It builds on \\cite{ren2015faster} and \\cite{nobody2015}."
    hers, his = make_summary(session, paper, mira, text), make_summary(session, paper, noor, text)
    assert 'href="/paper/conf/nips/RenHGS15"' in hers.html
    assert "RenHGS15" not in his.html
    assert _targets(session, hers) == [rcnn.id, None]
    assert _targets(session, his) == [None, None]
    # It leads there as long as it stands in the text.
    put_on_list(session, mira, rcnn, citekey="")
    stale.mark_stale(session, [hers.id, his.id])
    session.commit()
    list(renew_marked(session))
    assert _targets(session, hers) == [rcnn.id, None]
    hers = make_summary(session, paper, mira, f"{text} Indeed.")
    assert 'href="/paper/conf/nips/RenHGS15"' in hers.html
    assert _targets(session, his) == [None, None]


def test_a_key_of_the_library_means_its_paper(session: Session) -> None:
    paper, mira = make_paper(session), make_user(session)
    named = make_paper(session, "ren2015faster")
    put_on_list(session, mira, make_paper(session), citekey="ren2015faster")
    summary = make_summary(session, paper, mira, "As in \\cite{ren2015faster}.")
    assert _targets(session, summary) == [named.id]


def _targets(session: Session, summary: Summary) -> list[int | None]:
    query = select(Link.target_id).where(Link.summary_id == summary.id)
    return list(session.scalars(query.order_by(Link.position)))


def test_adding_a_paper_does_not_render_what_waits(session: Session) -> None:
    waiting = make_summary(session, source="See https://arxiv.org/abs/1506.02640.")
    record = PaperRecord(title="YOLO", key="conf/cvpr/RedmonDGF16", arxiv_id="1506.02640")
    add_paper(session, record, "test")
    session.commit()
    session.expire_all()
    assert 'href="https://arxiv.org' in session.get_one(Summary, waiting.id).html
    assert count_marked(session) == 1
    assert list(renew_marked(session)) == [waiting.id]
    session.expire_all()
    assert 'href="/paper/conf/cvpr/RedmonDGF16"' in session.get_one(Summary, waiting.id).html
    assert count_marked(session) == 0


def test_what_is_saved_meanwhile_is_not_overwritten(
    any_file_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    with any_file_database.session() as session, any_file_database.session() as other:
        summary = make_summary(session, source="old text")
        stale.mark_stale(session, [summary.id])
        session.commit()
        real = rerender.render_text

        def slow(where: Session, text: str, owner: TextOwner) -> Rendered:
            found = real(where, text, owner)
            if text == "old text":
                mine = other.get_one(Summary, summary.id)
                paper = other.get_one(Paper, mine.paper_id)
                make_summary(other, paper, other.get_one(User, mine.user_id), "new text")
            return found

        monkeypatch.setattr(rerender, "render_text", slow)
        list(renew_marked(session))
        session.expire_all()
        assert "new text" in session.get_one(Summary, summary.id).html


@pytest.fixture
def add_while_rendering(
    any_file_database: Database, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[ModuleType], None]]:
    """Adds the paper of an address in the moment in which a module has rendered a text."""
    with any_file_database.session() as other:

        def patch(module: ModuleType) -> None:
            real = renderer.render_text

            def slow(where: Session, text: str, owner: TextOwner) -> Rendered:
                found = real(where, text, owner)
                where.commit()
                record = PaperRecord(title="YOLO", key="conf/YOLO", arxiv_id="1506.02640")
                add_paper(other, record, "test")
                other.commit()
                monkeypatch.setattr(module, "render_text", real)
                return found

            monkeypatch.setattr(module, "render_text", slow)

        yield patch


def test_a_mark_made_while_a_text_is_rendered_is_kept(
    any_file_database: Database, add_while_rendering: Callable[[ModuleType], None]
) -> None:
    with any_file_database.session() as session:
        summary = make_summary(session, source="See https://arxiv.org/abs/1506.02640.")
        stale.mark_stale(session, [summary.id])
        session.commit()
        add_while_rendering(rerender)
        list(renew_marked(session))
        assert count_marked(session) == 1
        list(renew_marked(session))
        assert count_marked(session) == 0
        session.expire_all()
        assert 'href="/paper/conf/YOLO"' in session.get_one(Summary, summary.id).html


def test_a_text_whose_paper_is_added_while_it_is_saved_is_marked(
    any_file_database: Database, add_while_rendering: Callable[[ModuleType], None]
) -> None:
    with any_file_database.session() as session:
        paper, mira = make_paper(session), make_user(session)
        add_while_rendering(rendered_text)
        edit = Edit("See https://arxiv.org/abs/1506.02640.", "", "", "public", False)
        summary = create_summary(session, mira, paper, edit).summary
        session.commit()
        assert count_marked(session) == 1
        list(renew_marked(session))
        session.expire_all()
        assert 'href="/paper/conf/YOLO"' in session.get_one(Summary, summary.id).html


def test_renewing_stops_when_its_time_is_over(session: Session) -> None:
    for number in range(3):
        make_summary(session, source=f"Text {number}, see https://arxiv.org/abs/1506.02640.")
    record = PaperRecord(title="YOLO", key="conf/cvpr/RedmonDGF16", arxiv_id="1506.02640")
    add_paper(session, record, "test")
    session.commit()
    assert len(list(renew_marked(session, seconds=0))) == 1
    assert count_marked(session) == 2
