"""What a picture shows, as its writer said when they uploaded it.

Pictures of before have none: theirs stands in the texts alone.

Revision: 0021
Follows: 0020
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("pictures", sa.Column("alt", sa.Text(), server_default="", nullable=False))


def downgrade() -> None:
    op.drop_column("pictures", "alt")
