"""What lists are ordered by and show, kept ready: sections and tags of summaries, writers, totals.

Revision: 0008
Follows: 0007
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_FILL = (
    """
    UPDATE summaries SET section_slug = (
        SELECT p.section_slug FROM papers AS p WHERE p.id = summaries.paper_id
    )
    """,
    """
    UPDATE summary_tags SET score = (
        SELECT s.score FROM summaries AS s
        WHERE s.id = summary_tags.summary_id AND s.visibility = 'public'
    )
    """,
    """
    UPDATE tags SET summaries_count = (
        SELECT count(st.score) FROM summary_tags AS st WHERE st.tag_id = tags.id
    )
    """,
    """
    INSERT INTO writers (user_id, summaries, votes)
    SELECT user_id, count(*), sum(score - imported_votes) FROM summaries
    WHERE visibility = 'public' AND NOT anonymous GROUP BY user_id
    """,
    "INSERT INTO totals (name, number) SELECT 'papers', count(*) FROM papers",
    "INSERT INTO totals (name, number) SELECT 'writers', count(*) FROM writers",
    """
    INSERT INTO totals (name, number)
    SELECT 'summaries', count(*) FROM summaries WHERE visibility = 'public'
    """,
)


def upgrade() -> None:
    with op.batch_alter_table("tags") as table:
        table.add_column(
            sa.Column("summaries_count", sa.Integer(), nullable=False, server_default="0")
        )
        table.create_index("ix_tags_listed", ["summaries_count", "id"])
    with op.batch_alter_table("summary_tags") as table:
        table.add_column(sa.Column("score", sa.Integer(), nullable=True))
        table.drop_index(op.f("ix_summary_tags_tag_id"))
        table.create_index("ix_summary_tags_listed", ["tag_id", "score", "summary_id"])
    with op.batch_alter_table("summaries") as table:
        table.add_column(sa.Column("section_slug", sa.String(length=20), nullable=True))
        table.drop_index(op.f("ix_summaries_user_id"))
        table.create_index("ix_summaries_user_id_created_at", ["user_id", "created_at", "id"])
        table.create_index(
            "ix_summaries_paper_id_visibility", ["paper_id", "visibility", "score", "id"]
        )
        for name, column in (
            ("recent", "published_at"),
            ("popular", "popularity"),
            ("rated", "score"),
        ):
            table.create_index(
                f"ix_summaries_section_{name}", ["section_slug", "visibility", column, "id"]
            )
    with op.batch_alter_table("votes") as table:
        table.create_index(op.f("ix_votes_cast_at"), ["cast_at"])
    op.create_table(
        "writers",
        sa.Column("user_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("summaries", sa.Integer(), nullable=False),
        sa.Column("votes", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_writers_user_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_writers")),
    )
    op.create_index("ix_writers_listed", "writers", ["summaries", "user_id"])
    op.create_table(
        "totals",
        sa.Column("name", sa.String(length=20), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_totals")),
    )
    for statement in _FILL:
        op.execute(statement)


def downgrade() -> None:
    raise RuntimeError("Going back would lose the section of each summary.")
