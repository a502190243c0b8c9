"""What writers state of their summaries: how much they read, how it was made, an interest.

Revision: 0036
Follows: 0031
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in ("summaries", "drafts", "revisions"):
        for name in ("read", "made"):
            column = sa.Column(name, sa.String(length=20), server_default="", nullable=False)
            op.add_column(table, column)
    for table in ("summaries", "drafts"):
        interest = sa.Column("interest", sa.Boolean(), server_default=sa.false(), nullable=False)
        op.add_column(table, interest)


def downgrade() -> None:
    for table in ("summaries", "drafts"):
        op.drop_column(table, "interest")
    for table in ("summaries", "drafts", "revisions"):
        for name in ("read", "made"):
            op.drop_column(table, name)
