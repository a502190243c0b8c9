"""Papers that are one work: merges with all that undoing needs, and pairs that are not.

Somebody may have written about both, so a writer can have several texts on one paper.

Revision: 0011
Follows: 0010
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table(
        "summaries",
        table_kwargs={"sqlite_autoincrement": True},
        # Read off the old table, its default would stand in brackets in the new one.
        reflect_args=[sa.Column("lead_html", sa.Text(), nullable=False, server_default="")],
    ) as table:
        table.add_column(sa.Column("place", sa.Integer(), nullable=False, server_default="0"))
        table.drop_constraint(op.f("uq_summaries_paper_id_user_id"), type_="unique")
        table.create_unique_constraint(
            op.f("uq_summaries_paper_id_user_id_place"), ["paper_id", "user_id", "place"]
        )
    op.create_table(
        "paper_merges",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kept_id", sa.Integer(), nullable=True),
        sa.Column("kept_key", sa.String(length=300), nullable=False),
        sa.Column("kept_title", sa.Text(), nullable=False),
        sa.Column("removed_key", sa.String(length=300), nullable=False),
        sa.Column("removed_title", sa.Text(), nullable=False),
        sa.Column("summaries", sa.Integer(), nullable=False),
        sa.Column("by_rule", sa.Boolean(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("merged_at", sa.DateTime(), nullable=False),
        sa.Column("undone_by_id", sa.Integer(), nullable=True),
        sa.Column("undone_at", sa.DateTime(), nullable=True),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["kept_id"],
            ["papers.id"],
            name=op.f("fk_paper_merges_kept_id_papers"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["users.id"],
            name=op.f("fk_paper_merges_user_id_users"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["undone_by_id"],
            ["users.id"],
            name=op.f("fk_paper_merges_undone_by_id_users"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_paper_merges")),
    )
    for name in ("kept_id", "user_id", "undone_by_id"):
        op.create_index(op.f(f"ix_paper_merges_{name}"), "paper_merges", [name])
    op.create_table(
        "merged_drafts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("merge_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["merge_id"],
            ["paper_merges.id"],
            name=op.f("fk_merged_drafts_merge_id_paper_merges"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["users.id"],
            name=op.f("fk_merged_drafts_user_id_users"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_merged_drafts")),
    )
    for name in ("merge_id", "user_id"):
        op.create_index(op.f(f"ix_merged_drafts_{name}"), "merged_drafts", [name])
    op.create_table(
        "paper_differences",
        sa.Column("one_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("other_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("decided_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["one_id"],
            ["papers.id"],
            name=op.f("fk_paper_differences_one_id_papers"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["other_id"],
            ["papers.id"],
            name=op.f("fk_paper_differences_other_id_papers"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["users.id"],
            name=op.f("fk_paper_differences_user_id_users"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("one_id", "other_id", name=op.f("pk_paper_differences")),
    )
    for name in ("other_id", "user_id"):
        op.create_index(op.f(f"ix_paper_differences_{name}"), "paper_differences", [name])


def downgrade() -> None:
    raise RuntimeError("Going back would lose what undoing a merge needs.")
