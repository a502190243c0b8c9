"""Changes of the facts of papers, and papers that were removed.

Revision: 0019
Follows: 0018
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

_TABLE = "paper_revisions"
_REFERENCES = (("paper_id", "papers"), ("user_id", "users"), ("undone_by_id", "users"))


def upgrade() -> None:
    op.create_table(
        _TABLE,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("paper_id", sa.Integer(), nullable=True),
        sa.Column("paper_key", sa.String(length=300), nullable=False),
        sa.Column("paper_title", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("changed_at", sa.DateTime(), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("after", sa.JSON(), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("undone_by_id", sa.Integer(), nullable=True),
        sa.Column("undone_at", sa.DateTime(), nullable=True),
        sa.CheckConstraint(
            "kind IN ('edit', 'removal', 'undo')", name=op.f("ck_paper_revisions_kind")
        ),
        *(
            sa.ForeignKeyConstraint(
                [name],
                [f"{table}.id"],
                name=op.f(f"fk_paper_revisions_{name}_{table}"),
                ondelete="SET NULL",
            )
            for name, table in _REFERENCES
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_paper_revisions")),
    )
    for name, _ in _REFERENCES:
        op.create_index(op.f(f"ix_paper_revisions_{name}"), _TABLE, [name])


def downgrade() -> None:
    op.drop_table(_TABLE)
