"""With what people sign in, and when they last proved who they are.

Revision: 0038
Follows: 0037
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "sign_ins", sa.Column("way", sa.String(length=60), server_default="", nullable=False)
    )
    op.add_column("login_sessions", sa.Column("proved_at", sa.DateTime(), nullable=True))
    op.execute("UPDATE login_sessions SET proved_at = created_at")
    with op.batch_alter_table("login_sessions") as batch:
        batch.alter_column("proved_at", existing_type=sa.DateTime(), nullable=False)


def downgrade() -> None:
    op.drop_column("login_sessions", "proved_at")
    op.drop_column("sign_ins", "way")
