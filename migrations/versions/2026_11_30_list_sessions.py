"""Sessions that their owners recognise, and a log of sign-ins.

Revision: 0029
Follows: 0028
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
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


def downgrade() -> None:
    op.drop_table("sign_ins")
    with op.batch_alter_table("login_sessions") as table:
        table.drop_column("used_on")
        table.drop_column("device")
