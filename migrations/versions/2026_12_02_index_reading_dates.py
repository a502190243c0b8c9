"""An index of when the papers of a reading list were read.

The page of a year finds its months in it, and the first and the last year.

Revision: 0043
Follows: 0042
"""

from __future__ import annotations

from alembic import op

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None

_NAME = "ix_list_entries_read"


def upgrade() -> None:
    op.create_index(_NAME, "list_entries", ["user_id", "status", "read_at", "id"])


def downgrade() -> None:
    op.drop_index(_NAME, table_name="list_entries")
