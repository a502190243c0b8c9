"""Let an index say when the summaries of a paper were published, and by whom.

A reading list counts those that are new to its reader; it does not have to read them for that.

Revision: 0040
Follows: 0039
"""

from __future__ import annotations

from alembic import op

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None

_NAME = "ix_summaries_paper_id_visibility"
_BEFORE = ["paper_id", "visibility", "score", "id"]


def upgrade() -> None:
    op.drop_index(_NAME, table_name="summaries")
    op.create_index(_NAME, "summaries", [*_BEFORE, "published_at", "user_id"])


def downgrade() -> None:
    op.drop_index(_NAME, table_name="summaries")
    op.create_index(_NAME, "summaries", _BEFORE)
