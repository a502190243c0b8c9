"""Look-ups of "Add a paper", and the records that they offer to who asked.

Revision: 0016
Follows: 0015
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "look_ups",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token", sa.String(length=32), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("pasted", sa.Text(), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_look_ups_user_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_look_ups")),
        sa.UniqueConstraint("token", name=op.f("uq_look_ups_token")),
    )
    op.create_index(op.f("ix_look_ups_user_id"), "look_ups", ["user_id"])
    op.create_index(op.f("ix_look_ups_made_at"), "look_ups", ["made_at"])
    op.create_table(
        "offered_records",
        sa.Column("token", sa.String(length=32), nullable=False),
        sa.Column("look_up_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["look_up_id"],
            ["look_ups.id"],
            name=op.f("fk_offered_records_look_up_id_look_ups"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("token", name=op.f("pk_offered_records")),
    )
    op.create_index(op.f("ix_offered_records_look_up_id"), "offered_records", ["look_up_id"])


def downgrade() -> None:
    op.drop_table("offered_records")
    op.drop_table("look_ups")
