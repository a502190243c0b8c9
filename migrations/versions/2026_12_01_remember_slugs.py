"""The slugs that shelves had before.

Revision: 0035
Follows: 0034
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "former_slugs",
        sa.Column("shelf_id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("was_public", sa.Boolean(), nullable=False),
        sa.Column("left_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["shelf_id"],
            ["shelves.id"],
            name=op.f("fk_former_slugs_shelf_id_shelves"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("shelf_id", "slug", name=op.f("pk_former_slugs")),
    )
    op.create_index("ix_former_slugs_slug", "former_slugs", ["slug"])


def downgrade() -> None:
    op.drop_table("former_slugs")
