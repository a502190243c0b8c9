"""Devices that their owners recognise, sign-ins, requests to delete accounts, invitations.

Revision: 0028
Follows: 0027
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("login_sessions", sa.Column("device", sa.String(length=60), nullable=True))
    op.add_column("login_sessions", sa.Column("used_on", sa.Date(), nullable=True))
    op.execute("UPDATE login_sessions SET device = '', used_on = CURRENT_DATE")
    with op.batch_alter_table("login_sessions") as table:
        table.alter_column("device", existing_type=sa.String(length=60), nullable=False)
        table.alter_column("used_on", existing_type=sa.Date(), nullable=False)
    op.create_table(
        "sign_ins",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("signed_in_at", sa.DateTime(), nullable=False),
        sa.Column("device", sa.String(length=60), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_sign_ins_user_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_ins")),
    )
    op.create_index(
        op.f("ix_sign_ins_user_id_signed_in_at"), "sign_ins", ["user_id", "signed_in_at"]
    )
    op.create_table(
        "deletion_requests",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.DateTime(), nullable=False),
        sa.Column("keeps_texts", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["users.id"],
            name=op.f("fk_deletion_requests_user_id_users"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_deletion_requests")),
    )
    op.create_index(op.f("ix_deletion_requests_due_at"), "deletion_requests", ["due_at"])
    op.create_table(
        "invitations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("expires_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["users.id"],
            name=op.f("fk_invitations_user_id_users"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitations")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_invitations_token_hash")),
    )
    op.create_index(op.f("ix_invitations_user_id"), "invitations", ["user_id"])


def downgrade() -> None:
    op.drop_table("invitations")
    op.drop_table("deletion_requests")
    op.drop_table("sign_ins")
    with op.batch_alter_table("login_sessions") as table:
        table.drop_column("used_on")
        table.drop_column("device")
