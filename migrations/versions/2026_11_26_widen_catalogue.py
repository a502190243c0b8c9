"""More identifiers and details of papers, name variants of authors, counts, roles of users.

Revision: 0005
Follows: 0004
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from alembic.operations import BatchOperations

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

# An expression, or SQLite would go through all public summaries for each paper.
_COUNT_PAPERS = """
    UPDATE papers SET
        summaries_count = (
            SELECT count(*) FROM summaries AS s
            WHERE s.paper_id = papers.id AND s.visibility || '' = 'public'
        ),
        top_score = (
            SELECT coalesce(max(s.score), 0) FROM summaries AS s
            WHERE s.paper_id = papers.id AND s.visibility || '' = 'public'
        )
"""
# `app.models.paper.rank`, as it was when this was written.
_RANK_PAPERS = """
    UPDATE papers SET rank =
        CASE WHEN summaries_count > 0 THEN 10000000000 ELSE 0 END
        + coalesce(year, 0) * CAST(1000000 AS bigint)
        + CASE WHEN top_score < -499999 THEN 1 WHEN top_score > 499999 THEN 999999
               ELSE top_score + 500000 END
"""
_COUNT_VENUE_YEARS = """
    INSERT INTO venue_years (venue_id, year, papers, summarised)
    SELECT venue_id, coalesce(year, 0), count(*),
           sum(CASE WHEN summaries_count > 0 THEN 1 ELSE 0 END)
    FROM papers WHERE venue_id IS NOT NULL GROUP BY venue_id, coalesce(year, 0)
"""
_COUNT_VENUES = """
    UPDATE venues SET
        papers_count = (SELECT count(*) FROM papers AS p WHERE p.venue_id = venues.id),
        summaries_count = (
            SELECT coalesce(sum(p.summaries_count), 0) FROM papers AS p
            WHERE p.venue_id = venues.id
        )
"""


def upgrade() -> None:
    with op.batch_alter_table("identifiers") as table:
        table.drop_constraint(op.f("ck_identifiers_kind"), type_="check")
        table.create_check_constraint(
            op.f("ck_identifiers_kind"),
            "kind IN ('key', 'doi', 'arxiv', 'openreview', 'acl', 'url')",
        )
    with op.batch_alter_table("users") as table:
        table.add_column(
            sa.Column("role", sa.String(length=20), nullable=False, server_default="member")
        )
        table.create_check_constraint(
            op.f("ck_users_role"), "role IN ('member', 'trusted', 'administrator')"
        )
    with op.batch_alter_table("authors") as table:
        table.add_column(sa.Column("dblp_id", sa.String(length=80), nullable=True))
        table.add_column(sa.Column("orcid", sa.String(length=19), nullable=True))
        table.create_unique_constraint(op.f("uq_authors_dblp_id"), ["dblp_id"])
        table.create_index(op.f("ix_authors_orcid"), ["orcid"])
    op.create_table(
        "author_names",
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["author_id"],
            ["authors.id"],
            name=op.f("fk_author_names_author_id_authors"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_author_names")),
    )
    op.create_index(op.f("ix_author_names_author_id"), "author_names", ["author_id"])
    with op.batch_alter_table("papers") as table:
        table.add_column(sa.Column("source_stamp", sa.String(length=64), nullable=True))
        table.add_column(sa.Column("details", sa.JSON(), nullable=False, server_default="{}"))
        _add_count(table, "summaries_count", sa.Integer())
        _add_count(table, "top_score", sa.Integer())
        _add_count(table, "rank", sa.BigInteger())
        table.drop_index(op.f("ix_papers_venue_id"))
        table.create_index("ix_papers_venue_id_rank", ["venue_id", "rank", "id"])
        table.create_index("ix_papers_venue_id_year_rank", ["venue_id", "year", "rank", "id"])
    with op.batch_alter_table("venues") as table:
        _add_count(table, "papers_count", sa.Integer())
        _add_count(table, "summaries_count", sa.Integer())
        table.create_index("ix_venues_listed", ["summaries_count", "papers_count", "id"])
    op.create_table(
        "venue_years",
        sa.Column("venue_id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("papers", sa.Integer(), nullable=False),
        sa.Column("summarised", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["venue_id"],
            ["venues.id"],
            name=op.f("fk_venue_years_venue_id_venues"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("venue_id", "year", name=op.f("pk_venue_years")),
    )
    for statement in (_COUNT_PAPERS, _RANK_PAPERS, _COUNT_VENUE_YEARS, _COUNT_VENUES):
        op.execute(statement)


def _add_count(table: BatchOperations, name: str, kind: sa.types.TypeEngine[int]) -> None:
    table.add_column(sa.Column(name, kind, nullable=False, server_default="0"))


def downgrade() -> None:
    raise RuntimeError("Going back would lose what the catalogue has learnt since.")
