"""Notes of a vault: which papers they are about, and how they lead to each other's."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db import Database
from app.models import Paper, Summary
from app.queries.papers import find_paper_by_key
from app.services.importing import note_links, vault_notes
from app.services.importing.terms import ImportOptions
from app.services.importing.vault_notes import VaultNotes
from app.services.summaries.files.reading import SummaryFile
from app.sources.record import PaperRecord
from tests.helpers.factories import make_paper, make_user
from tests.helpers.queries import count_queries
from tests.helpers.samples.vaults import import_vault, note, statuses

OPTIONS = ImportOptions(writer="mira")


def sources(session: Session) -> dict[str, str]:
    rows = session.execute(select(Paper.key, Summary.source).join(Summary.paper))
    return dict(rows.all())


def test_links_lead_to_papers_also_of_notes_that_come_later(
    session: Session, tmp_path: Path
) -> None:
    make_user(session, "mira")
    make_paper(session, "conf/x/Known1", "A known one", doi="10.1000/known")
    text = "[o](sub/b.md), [[b|B]], [[C note#Part]], [[@key2020]], [[unknown]] `[[b]]`"
    note(tmp_path, "a.md", text, key="ln/A", title="Note A")
    note(tmp_path, "sub/b.md", "Back to [a](../a.md) and [k](known.md).", key="ln/B", title="B")
    note(tmp_path, "sub/known.md", DOI="https://doi.org/10.1000/KNOWN")
    told = {"title": "A title that tells this work apart", "author": "Ann Smith", "year": 2001}
    note(tmp_path, "z/C note.md", "[[a]]", **told)
    note(tmp_path, "z/@key2020.md", citekey="key2020", title="Of a key")
    outcomes = import_vault(session, tmp_path, OPTIONS)
    assert statuses(outcomes) == {"added": 5}, outcomes
    made_up = session.scalars(select(Paper.key).where(Paper.title == told["title"])).one()
    found = sources(session)
    assert found["ln/A"] == (
        f"[o](/paper/ln/B), [B](/paper/ln/B), [C note](/paper/{made_up}), \\cite{{key2020}}, "
        "[[unknown]] `[[b]]`"
    )
    assert found["ln/B"] == "Back to [a](/paper/ln/A) and [k](/paper/conf/x/Known1)."
    assert found[made_up] == "[a](/paper/ln/A)"
    notes = next(each.notes for each in outcomes if each.name.endswith("a.md"))
    assert "links to other notes now lead to their papers: " in notes[0]
    assert "b → /paper/ln/B, " in notes[0]
    assert notes[1] == "no note about a paper found for these links: unknown"
    again = import_vault(session, tmp_path, OPTIONS)
    assert statuses(again) == {"unchanged": 5}, again
    assert session.scalars(select(Paper.key)).all().count(made_up) == 1


def test_links_stay_within_the_vault(session: Session, tmp_path: Path) -> None:
    make_user(session, "mira")
    note(tmp_path, "secret.md", key="ln/Secret", title="Outside")
    note(tmp_path, "vault/a.md", "[x](../secret.md) [[secret]]", key="ln/A", title="A")
    import_vault(session, tmp_path / "vault", OPTIONS)
    assert sources(session) == {"ln/A": "[x](../secret.md) [[secret]]"}
    assert session.scalars(select(Paper.key)).all() == ["ln/A"]


def test_folders_with_an_underscore_are_read(session: Session, tmp_path: Path) -> None:
    make_user(session, "mira")
    note(tmp_path, "_posts/2020-01-01-note.md", key="p/One20", title="A post")
    note(tmp_path, "__MACOSX/x.md", key="p/Two20", title="No post")
    note(tmp_path, ".trash/y.md", key="p/Three20", title="No post")
    assert statuses(import_vault(session, tmp_path, OPTIONS)) == {"added": 1}
    assert set(sources(session)) == {"p/One20"}


def test_names_of_other_tools_tell_the_paper(session: Session, tmp_path: Path) -> None:
    make_user(session, "mira")
    fields = {"citekey": "smith2020", "DOI": "https://doi.org/10.1000/ABC.1", "title": "One"}
    note(tmp_path, "1.md", **fields, author='"Smith, Ann; Jones, Bob"')
    note(tmp_path, "2.md", arXiv="1706.03762", title="Two: a study", authors="[[Ann Smith]]")
    note(tmp_path, "3.md", url="https://arxiv.org/abs/1506.01497", title="Three")
    outcomes = import_vault(session, tmp_path, OPTIONS)
    assert statuses(outcomes) == {"added": 3}, outcomes
    keys = session.scalars(select(Paper.key)).all()
    found = [paper for key in keys if (paper := find_paper_by_key(session, key))]
    papers = {paper.title: paper for paper in found}
    assert (papers["One"].key, papers["One"].doi) == ("smith2020", "10.1000/abc.1")
    assert [author.name for author in papers["One"].authors] == ["Ann Smith", "Bob Jones"]
    assert papers["Two: a study"].arxiv_id == "1706.03762"
    assert [author.name for author in papers["Two: a study"].authors] == ["Ann Smith"]
    assert "Three" in papers


def test_a_citekey_alone_names_no_other_paper(session: Session, tmp_path: Path) -> None:
    make_user(session, "mira")
    make_paper(session, "smith2020", "Of somebody else called Smith")
    note(tmp_path, "1.md", citekey="smith2020", title="Mine", DOI="10.1000/mine")
    note(tmp_path, "2.md", citekey="smith2020", title="Of Somebody Else called Smith")
    import_vault(session, tmp_path, OPTIONS)
    mine = session.scalars(select(Paper).where(Paper.doi == "10.1000/mine")).one()
    assert mine.key != "smith2020"
    assert set(sources(session)) == {mine.key, "smith2020"}


def test_title_authors_and_year_name_a_paper_that_is_here(session: Session, tmp_path: Path) -> None:
    make_user(session, "mira")
    title = "Visualizing Data using t-SNE"
    authors = ("Laurens van der Maaten", "Geoffrey Hinton")
    make_paper(session, "journals/jmlr/MaatenH08", title, authors=authors, year=2008)
    told = {"title": title.lower(), "authors": "'van der Maaten, Laurens'"}
    note(tmp_path, "1.md", **told, year=2008)
    note(tmp_path, "2.md", **told)
    outcomes = import_vault(session, tmp_path, OPTIONS)
    assert statuses(outcomes) == {"added": 1, "refused": 1}, outcomes
    assert set(sources(session)) == {"journals/jmlr/MaatenH08"}


def test_pictures_of_obsidian_and_html_that_are_missing_are_told(
    session: Session, tmp_path: Path
) -> None:
    make_user(session, "mira")
    text = "![[gone.png|300]] <img src='img/gone.jpg'> ![x](gone.gif)"
    note(tmp_path, "1.md", text, key="ln/A", title="A")
    (outcome,) = import_vault(session, tmp_path, OPTIONS)
    gone = ["img/gone.jpg", "gone.png", "gone.gif"]
    assert outcome.notes == tuple(f"image {name} not found" for name in gone)


def test_a_link_is_looked_for_once_in_a_run(
    database: Database, session: Session, tmp_path: Path
) -> None:
    make_user(session, "mira")
    for number in range(12):
        links = " ".join(f"[[n{other}]]" for other in range(12) if other != number)
        note(tmp_path, f"n{number}.md", links, key=f"ln/N{number}", title=f"Note {number}")
    import_vault(session, tmp_path, OPTIONS)
    with count_queries(database) as queries:
        import_vault(session, tmp_path, OPTIONS)
    assert sum("SAVEPOINT" in each for each in queries) <= 2 * 12 + 12


def test_a_note_leads_to_so_many_others(
    session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(note_links, "MAX_LINKED_NOTES", 2)
    make_user(session, "mira")
    note(tmp_path, "a.md", "[[b]] [[c]] [[d]] [[b]]", key="ln/A", title="A")
    for name in "bcd":
        note(tmp_path, f"{name}.md", "Text.", key=f"ln/{name.upper()}", title=name)
    outcomes = import_vault(session, tmp_path, OPTIONS)
    assert sources(session)["ln/A"] == ("[b](/paper/ln/B) [c](/paper/ln/C) [[d]] [b](/paper/ln/B)")
    assert "not linked, since a note has at most 2: d" in outcomes[0].notes


def test_a_paper_of_a_note_that_is_refused_is_not_remembered(
    session: Session, tmp_path: Path
) -> None:
    make_user(session, "mira")
    note(tmp_path, "a.md", "[[c]] " + "x" * 70_000, key="ln/A", title="A")
    note(tmp_path, "b.md", "[[c]]", key="ln/B", title="B")
    told = {"title": "A title that tells this work apart", "author": "Ann Smith", "year": 2001}
    note(tmp_path, "c.md", "Text.", **told)
    outcomes = import_vault(session, tmp_path, OPTIONS)
    assert statuses(outcomes) == {"refused": 1, "added": 2}
    made_up = session.scalars(select(Paper.key).where(Paper.year == 2001)).one()
    assert sources(session)["ln/B"] == f"[c](/paper/{made_up})"


def test_notes_beyond_those_that_are_remembered_are_found(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(vault_notes, "MAX_KEPT", 1)

    def read(name: str) -> SummaryFile:
        return SummaryFile(PaperRecord(name), "")

    names = [f"{folder}/index.md" for folder in range(5)] + ["other/0/index.md"]
    notes = VaultNotes(names, read)
    found = {name: notes.find("x.md", name) for name in ("3/index", "index", "0/index", "9/index")}
    titles = {name: each and each.record.title for name, each in found.items()}
    assert titles == {
        "3/index": "3/index.md",
        "index": "0/index.md",
        "0/index": "0/index.md",
        "9/index": None,
    }
