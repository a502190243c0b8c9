"""The first sentence of a summary, for lists where it has no takeaway; marked ones found fast.

Revision: 0003
Follows: 0002
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Empty until `shortlist rerender`: lists show the plain excerpt as before.
    with op.batch_alter_table("summaries", table_kwargs={"sqlite_autoincrement": True}) as table:
        table.add_column(sa.Column("lead_html", sa.Text(), nullable=False, server_default=""))
        table.create_index(op.f("ix_summaries_renderer_version"), ["renderer_version"])
