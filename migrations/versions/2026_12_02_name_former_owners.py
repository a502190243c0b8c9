"""Whose name stood in an address that a shelf had before its owner's account was merged.

Revision: 0041
Follows: 0040
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _rebuild(["shelf_id", "owner_name", "slug"], "shelf_id, '', slug, was_public, left_at")


def downgrade() -> None:
    op.execute("DELETE FROM former_slugs WHERE owner_name != ''")
    _rebuild(["shelf_id", "slug"], "shelf_id, slug, was_public, left_at")


def _rebuild(key: list[str], values: str) -> None:
    """Make the table again with another primary key, and fill it from the former one."""
    op.rename_table("former_slugs", "former_slugs_before")
    op.drop_index("ix_former_slugs_slug", "former_slugs_before")
    if op.get_bind().dialect.name == "postgresql":  # where these names are taken until then
        for name in ("pk_former_slugs", "fk_former_slugs_shelf_id_shelves"):
            op.drop_constraint(name, "former_slugs_before")
    columns = [
        sa.Column("shelf_id", sa.Integer(), nullable=False),
        sa.Column("owner_name", sa.String(length=40), nullable=False),
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("was_public", sa.Boolean(), nullable=False),
        sa.Column("left_at", sa.DateTime(), nullable=False),
    ]
    op.create_table(
        "former_slugs",
        *(each for each in columns if each.name != "owner_name" or "owner_name" in key),
        sa.ForeignKeyConstraint(
            ["shelf_id"],
            ["shelves.id"],
            name=op.f("fk_former_slugs_shelf_id_shelves"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(*key, name=op.f("pk_former_slugs")),
    )
    op.execute(f"INSERT INTO former_slugs SELECT {values} FROM former_slugs_before")  # noqa: S608
    op.drop_table("former_slugs_before")
    op.create_index("ix_former_slugs_slug", "former_slugs", ["slug"])
