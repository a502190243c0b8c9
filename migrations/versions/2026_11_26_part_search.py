"""Search entries in order of importance, with facts to narrow by, texts for excerpts, and words.

What the entries say is carried over as it is; `services.search_index.renew` writes it anew when
the program opens the library. What a summary says was kept as folded words: that is its text until
`shortlist rerender` finds it marked.

Revision: 0007
Follows: 0006
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

# Words come folded and parted, and facts hold marks such as `=year=2015` and `tag=c++`: all signs
# but the space between words are theirs.
SQLITE_INDEX = (
    """
    CREATE VIRTUAL TABLE search_index USING fts5(
        title, people, facts, body, content='search_entries', content_rowid='id',
        tokenize="ascii tokenchars '=-+#.@'"
    )
    """,
    """
    CREATE TRIGGER search_entries_insert AFTER INSERT ON search_entries BEGIN
        INSERT INTO search_index(rowid, title, people, facts, body)
        VALUES (new.id, new.title, new.people, new.facts, new.body);
    END
    """,
    """
    CREATE TRIGGER search_entries_delete AFTER DELETE ON search_entries BEGIN
        INSERT INTO search_index(search_index, rowid, title, people, facts, body)
        VALUES ('delete', old.id, old.title, old.people, old.facts, old.body);
    END
    """,
    """
    CREATE TRIGGER search_entries_update
    AFTER UPDATE OF id, title, people, facts, body ON search_entries BEGIN
        INSERT INTO search_index(search_index, rowid, title, people, facts, body)
        VALUES ('delete', old.id, old.title, old.people, old.facts, old.body);
        INSERT INTO search_index(rowid, title, people, facts, body)
        VALUES (new.id, new.title, new.people, new.facts, new.body);
    END
    """,
)
# PostgreSQL's own parser would part `=year=2015` and drop signs that its locale does not know. A
# position may not be above 16383, and two columns are never one phrase.
POSTGRESQL_INDEX = (
    r"""
    CREATE FUNCTION search_vector(title text, people text, facts text, body text)
    RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
        SELECT coalesce(string_agg(
            '''' || word || ''':' || least(place, 16383) || weight, ' '
        ), '')::tsvector
        FROM (
            SELECT word, weight,
                   row_number() OVER (ORDER BY field, number) + 2 * field AS place
            FROM (
                SELECT 0, 'A', word, number
                FROM unnest(string_to_array(title, ' ')) WITH ORDINALITY AS t(word, number)
                UNION ALL
                SELECT 1, 'C', word, number
                FROM unnest(string_to_array(facts, ' ')) WITH ORDINALITY AS t(word, number)
                UNION ALL
                SELECT 2, 'B', word, number
                FROM unnest(string_to_array(people, ' ')) WITH ORDINALITY AS t(word, number)
                UNION ALL
                SELECT 3, 'D', word, number
                FROM unnest(string_to_array(body, ' ')) WITH ORDINALITY AS t(word, number)
            ) AS words(field, weight, word, number)
            WHERE word <> ''
        ) AS places
    $$
    """,
    """
    ALTER TABLE search_entries ADD COLUMN vector tsvector
    GENERATED ALWAYS AS (search_vector(title, people, facts, body)) STORED
    """,
    "CREATE INDEX ix_search_entries_vector ON search_entries USING gin (vector)",
    # For titles that begin with what is typed, whatever the locale.
    "CREATE INDEX ix_papers_title_beginning ON papers (title_folded text_pattern_ops)",
)
# Numbers as `app.models.search_entry.place` had them when this was written.
COPY = """
    INSERT INTO search_entries (id, paper_id, summary_id, title, people, facts, body, text)
    SELECT
        CASE WHEN p.summaries_count > 0 THEN 0 ELSE 1000000000000000 END
        + (9999 - coalesce(p.year, 0)) * CAST(100000000000 AS bigint)
        + coalesce(2 * e.summary_id + 1, 2 * e.paper_id),
        e.paper_id, e.summary_id, e.title, e.people, '', e.body,
        CASE WHEN e.summary_id IS NULL THEN '' ELSE e.body END
    FROM old_search_entries AS e JOIN papers AS p ON p.id = e.paper_id
"""


def upgrade() -> None:
    sqlite = op.get_bind().dialect.name == "sqlite"
    if sqlite:
        op.execute("DROP TABLE search_index")
        for name in ("insert", "delete", "update"):
            op.execute(f"DROP TRIGGER search_entries_{name}")
    op.execute(
        "CREATE TEMPORARY TABLE old_search_entries AS"
        " SELECT paper_id, summary_id, title, people, body FROM search_entries"
    )
    op.drop_table("search_entries")
    _create_entries()
    op.create_table(
        "search_words",
        sa.Column("word", _word(), nullable=False),
        sa.Column("reversed", _word(), nullable=False),
        sa.Column("entries", sa.Integer(), nullable=False, server_default="1"),
        sa.Column("is_name", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.PrimaryKeyConstraint("word", name=op.f("pk_search_words")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_search_words_reversed"), "search_words", ["reversed"])
    for statement in SQLITE_INDEX if sqlite else POSTGRESQL_INDEX:
        op.execute(statement)
    op.execute(COPY)
    op.execute("DROP TABLE old_search_entries")
    op.execute("UPDATE summaries SET renderer_version = 0 WHERE visibility = 'public'")


def _create_entries() -> None:
    op.create_table(
        "search_entries",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("paper_id", sa.Integer(), nullable=False),
        sa.Column("summary_id", sa.Integer(), nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("people", sa.Text(), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False, server_default=""),
        sa.ForeignKeyConstraint(
            ["paper_id"],
            ["papers.id"],
            name=op.f("fk_search_entries_paper_id_papers"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["summary_id"],
            ["summaries.id"],
            name=op.f("fk_search_entries_summary_id_summaries"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_entries")),
        sa.UniqueConstraint("summary_id", name=op.f("uq_search_entries_summary_id")),
    )
    op.create_index(op.f("ix_search_entries_paper_id"), "search_entries", ["paper_id"])


def _word() -> sa.types.TypeEngine[str]:
    return sa.String(64).with_variant(sa.String(64, collation="C"), "postgresql")


def downgrade() -> None:
    raise RuntimeError("Going back would lose where each word stands.")
