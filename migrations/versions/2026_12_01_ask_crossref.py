"""What Crossref is asked about the entries of checked bibliographies.

Revision: 0036
Follows: 0035
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "bibliography_questions",
        sa.Column("token", sa.String(length=43), nullable=False),
        sa.Column("entry", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("asked_at", sa.DateTime(), nullable=False),
        sa.Column("answered_at", sa.DateTime(), nullable=True),
        sa.Column("answer", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["token"],
            ["bibliographies.token"],
            name=op.f("fk_bibliography_questions_token_bibliographies"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("token", "entry", name=op.f("pk_bibliography_questions")),
    )
    op.create_index(
        op.f("ix_bibliography_questions_answered_at"), "bibliography_questions", ["answered_at"]
    )


def downgrade() -> None:
    op.drop_table("bibliography_questions")
