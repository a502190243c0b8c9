"""Citations as a kind of link, and the labels of links in search words.

Revision: 0006
Follows: 0005
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("links") as table:
        table.drop_constraint(op.f("ck_links_kind"), type_="check")
        table.create_check_constraint(
            op.f("ck_links_kind"), "kind IN ('see also', 'mention', 'cite')"
        )
        # Empty until `shortlist rerender`, which makes all links anew: nothing is pointed out yet.
        table.add_column(
            sa.Column("label_folded", sa.String(length=120), nullable=False, server_default="")
        )
        table.create_index("ix_links_label_folded", ["label_folded", "target_id"])


def downgrade() -> None:
    raise RuntimeError("Going back would lose which links are citations.")
