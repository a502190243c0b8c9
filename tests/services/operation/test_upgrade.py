"""R15: a library that a released version made is carried to the present schema without loss."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import inspect, select, text

from app import search
from app.db import Database, begin_writing, now
from app.models import DeletedSummary, Identity, Passkey
from app.models.papers.paper import rank
from app.rendering import RENDERER_VERSION
from app.services.operation import refolding, schema
from app.services.operation.jobs import runner
from app.services.operation.jobs.kinds import KINDS
from app.services.votes import compute_popularity
from tests.helpers.engines import ENGINES

MOMENT = "2026-11-24 09:00:00"
# As the first release wrote it: two summaries, one of them edited once, one private.
FIRST_RELEASE = f"""
INSERT INTO users (id, name, display_name, bio, bio_html, renderer_version, joined_at)
 VALUES (1, 'ann', 'Ann', '', '', 1, '{MOMENT}');
INSERT INTO papers (id, key, title, title_html, title_folded, abstract, abstract_html, keywords,
 source, renderer_version, added_at)
 VALUES (1, 'conf/x/A1', 'One', 'One', 'one', '', '', '', 'form', 1, '{MOMENT}'),
 (2, 'conf/x/B2', 'Two', 'Two', 'two', '', '', '', 'form', 1, '{MOMENT}');
INSERT INTO summaries (id, paper_id, user_id, source, html, opening_html, excerpt,
 renderer_version, takeaway, takeaway_html, visibility, anonymous, created_at, published_at, score,
 popularity)
 VALUES (7, 1, 1, 'New.', '<p>New.</p>', '<p>New.</p>', 'New.', 1, '', '', 'public', false,
 '{MOMENT}', '{MOMENT}', 1, 0.5),
 (8, 2, 1, 'Mine.', '<p>Mine.</p>', '<p>Mine.</p>', 'Mine.', 1, '', '', 'private', true,
 '{MOMENT}', NULL, 0, 0.0);
INSERT INTO revisions (id, summary_id, number, source, takeaway, saved_at)
 VALUES (1, 7, 1, 'Old.', '', '{MOMENT}'), (2, 7, 2, 'New.', '', '{MOMENT}'),
 (3, 8, 1, 'Mine.', '', '{MOMENT}');
INSERT INTO votes (summary_id, user_id, value, cast_at) VALUES (7, 1, 1, '{MOMENT}');
INSERT INTO tags (id, name) VALUES (1, 'one');
INSERT INTO summary_tags (summary_id, tag_id) VALUES (7, 1);
INSERT INTO links (id, summary_id, position, kind, label, sentence, sentence_html, target_kind,
 target_value, target_folded, target_id)
 VALUES (1, 7, 0, 'mention', 'Two', 'Two.', 'Two.', 'key', 'conf/x/B2', 'conf/x/b2', 2);
INSERT INTO search_entries (id, paper_id, summary_id, title, people, body)
 VALUES (1, 1, NULL, 'one', '', ''), (2, 1, 7, '', 'ann', 'new');
"""


@pytest.fixture(params=ENGINES)
def first_release(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A database of the first release."""
    if request.param == "sqlite":
        database = Database(f"sqlite:///{tmp_path / 'old.sqlite3'}")
    else:
        database = request.getfixturevalue("postgresql_without_tables")
    with database.migration() as connection:
        command.upgrade(schema.make_alembic_config(connection), "0001")
        for statement in FIRST_RELEASE.split(";\n"):
            if statement.strip():
                connection.execute(text(statement))
    yield database
    if request.param == "sqlite":
        database.close()


PICTURE = "A" * 22 + ".png"
SHOWN = f"![p](/pictures/{PICTURE})"
# As version 0003 had it: three summaries of one user share an address, one of them in an earlier
# version only, and somebody else has it in a text too.
SHARED = f"""
INSERT INTO users (id, name, display_name, bio, bio_html, renderer_version, joined_at)
 VALUES (2, 'bob', 'Bob', '', '', 1, '{MOMENT}'), (3, 'cleo', 'Cleo', '', '', 1, '{MOMENT}');
INSERT INTO pictures (id, name, user_id, digest, width, height, size, uploaded_at)
 VALUES (4, '{PICTURE}', 1, 'x', 1, 1, 1, '{MOMENT}'), (5, 'unused', 1, 'y', 1, 1, 1, '{MOMENT}');
UPDATE summaries SET source = '{SHOWN}' WHERE id = 8;
INSERT INTO picture_uses (picture_id, summary_id) VALUES (4, 8);
UPDATE revisions SET source = '{SHOWN}' WHERE id IN (1, 3);
INSERT INTO summaries (id, paper_id, user_id, source, html, opening_html, excerpt,
 renderer_version, created_at, visibility, anonymous, takeaway, takeaway_html, score, popularity)
 VALUES (9, 1, 2, '{SHOWN}', '', '', '', 1, '{MOMENT}', 'public', false, '', '', 0, 0.0);
INSERT INTO deleted_summaries (id, user_id, paper_id, data, deleted_at)
 VALUES (6, 1, 2, '{{"summary": {{"source": "{SHOWN}"}}}}', '{MOMENT}')
"""


def test_each_picture_gets_a_home(first_release: Database) -> None:
    with first_release.migration() as connection:
        command.upgrade(schema.make_alembic_config(connection), "0003")
        for statement in SHARED.split(";\n"):
            connection.execute(text(statement))
    schema.upgrade(first_release)
    with first_release.session() as session:
        homes = session.execute(text("SELECT id, summary_id FROM pictures ORDER BY id")).all()
        assert [tuple(row) for row in homes] == [(4, 8), (5, None)]
        # The other of the same writer is noted, so that it gets an address of its own.
        uses = session.execute(text("SELECT picture_id, summary_id FROM picture_uses ORDER BY 2"))
        assert [tuple(row) for row in uses.all()] == [(4, 7), (4, 8)]


# As version 0011 had it: C is B by now, which was merged into A; D is apart again.
MERGED = f"""
INSERT INTO identifiers (paper_id, kind, value, folded) VALUES (1, 'key', 'conf/x/C3', 'conf/x/c3');
INSERT INTO paper_merges (id, kept_id, kept_key, kept_title, removed_key, removed_title, summaries,
 by_rule, merged_at, undone_at, data)
 VALUES (1, NULL, 'conf/x/B3', 'B', 'conf/x/C3', 'C c', 0, false, '{MOMENT}', NULL,
 '{{"paper": {{"title_folded": "c c"}}}}'),
 (2, 1, 'conf/x/A1', 'A', 'conf/x/D4', 'D', 0, false, '{MOMENT}', '{MOMENT}', '{{}}')
"""


def test_titles_that_were_merged_lead_on(first_release: Database) -> None:
    with first_release.migration() as connection:
        command.upgrade(schema.make_alembic_config(connection), "0011")
        for statement in MERGED.split(";\n"):
            connection.execute(text(statement))
    schema.upgrade(first_release)
    with first_release.session() as session:
        query = "SELECT paper_id, removed_title_folded FROM paper_merges ORDER BY id"
        assert [tuple(row) for row in session.execute(text(query))] == [(1, "c c"), (None, "")]


# As version 0012 had it: Ann signed up and gave her text 900 votes, beside the one that was cast;
# Bo came from a file that an administrator read, and Cleo is an administrator.
FORGED = f"""
UPDATE users SET password_hash = 'x' WHERE id = 1;
INSERT INTO users (id, name, display_name, bio, bio_html, renderer_version, joined_at, role,
 password_hash)
 VALUES (2, 'bo', 'Bo', '', '', 1, '{MOMENT}', 'member', NULL),
 (3, 'cleo', 'Cleo', '', '', 1, '{MOMENT}', 'administrator', 'x');
UPDATE papers SET year = 2015;
UPDATE summaries SET imported_votes = 900, score = 901, popularity = 99 WHERE id = 7;
UPDATE summaries SET imported_votes = -5, score = -5, popularity = 9 WHERE id = 8;
INSERT INTO summaries (id, paper_id, user_id, source, html, opening_html, excerpt,
 renderer_version, created_at, visibility, anonymous, takeaway, takeaway_html, score, popularity,
 imported_votes)
 VALUES (9, 1, 2, 'B', '', '', '', 1, '{MOMENT}', 'public', false, '', '', 7, 8.5, 7),
 (10, 2, 3, 'C', '', '', '', 1, '{MOMENT}', 'public', false, '', '', 3, 8.5, 3);
UPDATE summary_tags SET score = 901;
UPDATE papers SET summaries_count = 2, top_score = 901, rank = 7 WHERE id = 1;
UPDATE papers SET summaries_count = 1, top_score = 3, rank = 8 WHERE id = 2;
INSERT INTO deleted_summaries (id, user_id, paper_id, data, deleted_at)
 VALUES (6, 1, 2, '{{"summary": {{"source": "A", "imported_votes": 4}}, "votes": []}}', '{MOMENT}'),
 (5, 2, 2, '{{"summary": {{"source": "B", "imported_votes": 4}}}}', '{MOMENT}')
"""


def test_votes_that_members_gave_themselves_are_taken_back(first_release: Database) -> None:
    with first_release.migration() as connection:
        command.upgrade(schema.make_alembic_config(connection), "0012")
        for statement in FORGED.split(";\n"):
            connection.execute(text(statement))
    schema.upgrade(first_release)
    with first_release.session() as session:
        query = "SELECT id, score, imported_votes FROM summaries ORDER BY id"
        assert [tuple(row) for row in session.execute(text(query))] == [
            *((7, 1, 0), (8, 0, 0)),
            *((9, 7, 7), (10, 3, 3)),
        ]
        moment = datetime.fromisoformat(MOMENT).replace(tzinfo=UTC)
        query = "SELECT popularity FROM summaries ORDER BY id"
        assert session.scalars(text(query)).all() == pytest.approx(
            [compute_popularity(score, moment) for score in (1, 0, 7, 3)]
        )
        assert session.scalars(text("SELECT score FROM summary_tags")).all() == [1]
        query = "SELECT top_score, rank FROM papers ORDER BY id"
        assert [tuple(row) for row in session.execute(text(query))] == [
            *((7, rank(2, 2015, 7)), (3, rank(1, 2015, 3))),
        ]
        deleted = session.scalars(select(DeletedSummary).order_by(DeletedSummary.id))
        assert [row.data["summary"]["imported_votes"] for row in deleted] == [4, 0]


# As version 0012 had it: letters that are folded since stand as they were, and two authors and two
# tags have names that are found by the same words by now.
LETTERS = f"""
INSERT INTO venues (id, key, name, title, kind) VALUES (1, 'conf/lodz', 'Łódź', '', 'conference');
INSERT INTO papers (id, key, title, title_html, title_folded, abstract, abstract_html, keywords,
 source, renderer_version, added_at, details, venue_id)
 VALUES (3, 'conf/x/L3', 'Łukasiewicz Logic', '', 'łukasiewicz logic', '', '', '', 'form', 1,
 '{MOMENT}', '{{}}', 1), (4, 'conf/x/M4', 'Matrices', '', 'matrices', '', '', '', 'form', 1,
 '{MOMENT}', '{{}}', NULL);
INSERT INTO identifiers (paper_id, kind, value, folded) VALUES (3, 'key', 'conf/x/L3', 'conf/x/l3');
INSERT INTO authors (id, key, name)
 VALUES (1, 'łukasz-kaiser', 'Łukasz Kaiser'), (2, 'lukasz-kaiser', 'Lukasz Kaiser');
INSERT INTO paper_authors (paper_id, position, author_id) VALUES (3, 0, 1), (4, 0, 2);
INSERT INTO tags (id, name) VALUES (2, 'łódź'), (3, 'lodz');
INSERT INTO summary_tags (summary_id, tag_id, score) VALUES (7, 2, 1), (7, 3, 1);
INSERT INTO links (id, summary_id, position, kind, label, label_folded, sentence, sentence_html,
 target_kind, target_value, target_folded, target_id)
 VALUES (2, 7, 1, 'cite', 'Łukasiewicz', 'łukasiewicz', '', '', 'key', 'conf/x/L3', 'conf/x/l3', 3);
INSERT INTO paper_merges (id, kept_id, kept_key, kept_title, removed_key, removed_title,
 removed_title_folded, paper_id, summaries, by_rule, merged_at, data)
 VALUES (1, 3, 'conf/x/L3', 'L', 'conf/x/O', 'Ørsted', 'ørsted', 3, 0, false, '{MOMENT}', '{{}}');
INSERT INTO similar_words (paper_id, word, weight) VALUES (1, 'matrice', 2);
INSERT INTO similar_papers (paper_id, similar_id, score, reasons)
 VALUES (4, 1, 5.0, '[["words", "matrice"]]');
UPDATE summaries SET renderer_version = 77;
INSERT INTO search_words (word, reversed) VALUES ('łukasiewicz', 'zciweisakuł')
"""


def test_letters_are_folded_anew_and_nobody_is_merged(first_release: Database) -> None:
    with first_release.migration() as connection:
        command.upgrade(schema.make_alembic_config(connection), "0012")
        for statement in LETTERS.split(";\n"):
            connection.execute(text(statement))
    schema.upgrade(first_release)
    with first_release.session() as session:

        def rows(query: str) -> list[tuple[object, ...]]:
            found = [tuple(row) for row in session.execute(text(query))]
            session.commit()
            return found

        untouched = (
            "SELECT * FROM authors ORDER BY id",
            "SELECT id, key, title FROM papers ORDER BY id",
            "SELECT id, name, summaries_count FROM tags ORDER BY id",
            "SELECT * FROM identifiers ORDER BY id",
            "SELECT * FROM summary_tags ORDER BY tag_id",
        )
        before = [rows(query) for query in untouched]
        assert refolding.is_due(session)
        renewal = refolding.refold(session)
        assert next(renewal) == 4
        renewal.close()  # as when the program is stopped here
        assert refolding.is_due(session)
        assert list(refolding.refold(session)) == [4]
        assert not refolding.is_due(session)
        assert [rows(query) for query in untouched] == before
        assert rows("SELECT title_folded FROM papers WHERE id = 3") == [("lukasiewicz logic",)]
        assert rows("SELECT removed_title_folded FROM paper_merges") == [("orsted",)]
        assert rows("SELECT label_folded FROM links ORDER BY id") == [("",), ("lukasiewicz",)]
        assert rows("SELECT folded FROM venues") == [("lodz\n\nconf/lodz",)]
        assert rows("SELECT folded FROM tags ORDER BY id") == [("one",), ("lodz",), ("lodz",)]
        # Similar papers are worked out anew, and texts that cite are rendered anew.
        assert {row[0] for row in rows("SELECT paper_id FROM similar_marks")} == {1, 4}
        assert rows("SELECT word FROM similar_words") == []  # "One" says nothing
        versions = rows("SELECT id, renderer_version FROM summaries ORDER BY id")
        assert versions == [(7, 0), (8, 77)]
        for typed in ("lukasiewicz", "łukasiewicz", "author:lukasz", 'author:"Łukasz Kaiser"'):
            found = {
                each.paper_id
                for each in search.search_papers(session, search.parse_query(typed)).papers
            }
            assert found == ({3, 4} if typed.startswith("author") else {3}), typed
        session.commit()
        after = [rows(f"SELECT * FROM {name}") for name in ("papers", "search_entries", "links")]
        assert list(refolding.refold(session)) == [4]
        assert after == [
            rows(f"SELECT * FROM {name}") for name in ("papers", "search_entries", "links")
        ]


def test_jobs_do_what_an_older_version_left(first_release: Database, tmp_path: Path) -> None:
    """Marks and texts of an older renderer were there before the table of jobs."""
    first_release.info["data_dir"] = tmp_path
    with first_release.migration() as connection:
        command.upgrade(schema.make_alembic_config(connection), "0016")
        connection.execute(text("INSERT INTO similar_marks (paper_id) VALUES (1)"))
        connection.execute(text("UPDATE summaries SET renderer_version = 0 WHERE id = 7"))
    schema.upgrade(first_release)
    runner.run_due(first_release, lambda: False)
    with first_release.session() as session:
        versions = session.execute(text("SELECT DISTINCT renderer_version FROM summaries"))
        assert [row[0] for row in versions] == [RENDERER_VERSION]
        assert session.scalar(text("SELECT count(*) FROM similar_marks")) == 0
        kinds = session.scalars(text("SELECT kind FROM jobs WHERE error = '' ORDER BY kind"))
        assert kinds.all() == sorted(KINDS)


def test_a_library_that_begins_now_is_up_to_date(database: Database) -> None:
    if database.engine.dialect.name == "sqlite":  # on PostgreSQL tests share one, and empty it
        with database.session() as session:
            assert not refolding.is_due(session)


def test_everything_is_there_afterwards(first_release: Database) -> None:
    tables = ("users", "papers", "votes", "summary_tags", "links")
    with first_release.session() as session:

        def rows(query: str) -> list[tuple[object, ...]]:
            found = [tuple(row) for row in session.execute(text(query))]
            session.commit()
            return found

        columns = {
            name: ", ".join(
                column["name"] for column in inspect(session.connection()).get_columns(name)
            )
            for name in tables
        }
        queries = {name: f"SELECT {columns[name]} FROM {name} ORDER BY 1" for name in tables}
        before = {name: rows(query) for name, query in queries.items()}
        schema.upgrade(first_release)
        assert {name: rows(query) for name, query in queries.items()} == before
        assert rows("SELECT paper_id, summary_id, title, people, body FROM search_entries") == [
            (1, None, "one", "", ""),
            (1, 7, "", "ann", "new"),
        ]
        assert refolding.is_due(session)
        assert list(refolding.refold(session)) == [2]
        assert not refolding.is_due(session)
        assert rows("SELECT paper_id, summary_id, title, body FROM search_entries ORDER BY id") == [
            (1, None, "one", ""),
            (1, 7, "one", "one ann ann new"),
            (2, None, "two", ""),
        ]
        counted = "SELECT key, summaries_count, top_score, rank FROM papers ORDER BY id"
        assert rows(counted) == [
            (key, count, score, rank(count, None, score)) for key, count, score, _ in rows(counted)
        ]
        assert {row[1] for row in rows(counted)} == {0, 1}
        assert rows(
            "SELECT id, source, visibility, share_code, imported_votes FROM summaries ORDER BY id"
        ) == [
            (7, "New.", "public", None, 0),
            (8, "Mine.", "private", None, 0),
        ]
        # Only the present text of the public one surely was public.
        query = "SELECT id, source, public_since IS NOT NULL FROM revisions ORDER BY id"
        assert [(row[0], row[1], bool(row[2])) for row in rows(query)] == [
            (1, "Old.", False),
            (2, "New.", True),
            (3, "Mine.", False),
        ]


# As version 0043 had them.
SIGN_INS = f"""
INSERT INTO identities (user_id, issuer, subject, label, created_at)
 VALUES (1, 'https://idp.example', 'a', 'A', '{MOMENT}'),
 (1, 'https://idp.example', 'b', 'B', '{MOMENT}');
INSERT INTO passkeys (user_id, credential_id, public_key, handle, rp_id, name, sign_count,
 is_synced, created_at)
 VALUES (1, 'a', 'k', 'h', 'x', 'A', 1, false, '{MOMENT}'),
 (1, 'b', 'k', 'h', 'x', 'B', 1, false, '{MOMENT}')
"""


def test_numbers_of_sign_ins_are_never_given_again(first_release: Database) -> None:
    """Or a form that was opened before would remove another one."""
    with first_release.migration() as connection:
        command.upgrade(schema.make_alembic_config(connection), "0043")
        for statement in SIGN_INS.split(";\n"):
            connection.execute(text(statement))
    schema.upgrade(first_release)
    with first_release.session() as session:
        for table, of in (("identities", "subject"), ("passkeys", "credential_id")):
            begin_writing(session)
            listed = text(f"SELECT id, {of} FROM {table} ORDER BY id")
            first, last = session.execute(listed).all()
            assert (first[1], last[1]) == ("a", "b")
            session.execute(text(f"DELETE FROM {table} WHERE id = {last[0]}"))
            session.commit()
        for model in (Identity, Passkey):
            begin_writing(session)
            session.add(_NEW[model]())
            session.commit()
            assert session.scalars(select(model.id).order_by(model.id)).all() == [1, 3]


_NEW: dict[type[Identity | Passkey], Callable[[], Identity | Passkey]] = {
    Identity: lambda: Identity(user_id=1, issuer="i", subject="c", label="C", created_at=now()),
    Passkey: lambda: Passkey(
        **{"user_id": 1, "credential_id": "c", "public_key": "k", "handle": "h", "rp_id": "x"},
        **{"name": "C", "sign_count": 1, "is_synced": False, "created_at": now()},
    ),
}
