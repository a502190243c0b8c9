"""A draft names the summary that it changes.

A writer who has two summaries of a paper, since it was merged with another one, has a draft of
each. Until now a draft belonged to the one that the editor opened: the first.

Revision: 0013
Follows: 0012
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("drafts") as table:
        table.add_column(sa.Column("summary_id", sa.Integer(), nullable=True))
        table.create_foreign_key(
            op.f("fk_drafts_summary_id_summaries"),
            "summaries",
            ["summary_id"],
            ["id"],
            ondelete="CASCADE",
        )
        table.create_unique_constraint(op.f("uq_drafts_summary_id"), ["summary_id"])
        table.drop_constraint(op.f("uq_drafts_user_id_paper_id"), type_="unique")
    op.create_index("ix_drafts_user_id_paper_id", "drafts", ["user_id", "paper_id"])
    is_new = sa.text("summary_id IS NULL")
    op.create_index(
        "uq_drafts_new",
        "drafts",
        ["user_id", "paper_id"],
        unique=True,
        sqlite_where=is_new,
        postgresql_where=is_new,
    )
    op.execute(
        "UPDATE drafts SET summary_id = (SELECT summaries.id FROM summaries"
        " WHERE summaries.user_id = drafts.user_id AND summaries.paper_id = drafts.paper_id"
        " ORDER BY summaries.place LIMIT 1)"
    )


def downgrade() -> None:
    raise RuntimeError("Going back would lose drafts.")
