"""An index by which shelves are found by the end of their addresses.

Revision: 0039
Follows: 0038
"""

from __future__ import annotations

from alembic import op

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_shelves_slug", "shelves", ["slug"])


def downgrade() -> None:
    op.drop_index("ix_shelves_slug", table_name="shelves")
