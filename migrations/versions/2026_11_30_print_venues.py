"""What the record of a paper prints as its venue, where the venue is called otherwise.

Revision: 0017
Follows: 0016
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("papers", sa.Column("venue_name", sa.String(length=400), nullable=True))


def downgrade() -> None:
    op.drop_column("papers", "venue_name")
