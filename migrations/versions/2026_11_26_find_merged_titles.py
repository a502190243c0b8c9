"""Titles of papers that were merged away still find them.

Revision: 0012
Follows: 0011
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_MERGES = sa.table(
    "paper_merges",
    sa.column("id", sa.Integer),
    sa.column("removed_key", sa.String),
    sa.column("undone_at", sa.DateTime),
    sa.column("data", sa.JSON),
    sa.column("paper_id", sa.Integer),
    sa.column("removed_title_folded", sa.String),
)
_IDENTIFIERS = sa.table(
    "identifiers",
    sa.column("kind", sa.String),
    sa.column("folded", sa.String),
    sa.column("paper_id", sa.Integer),
)


def upgrade() -> None:
    with op.batch_alter_table("paper_merges") as table:
        table.add_column(sa.Column("paper_id", sa.Integer(), nullable=True))
        table.add_column(
            sa.Column(
                "removed_title_folded", sa.String(length=300), nullable=False, server_default=""
            )
        )
        table.create_foreign_key(
            op.f("fk_paper_merges_paper_id_papers"),
            "papers",
            ["paper_id"],
            ["id"],
            ondelete="SET NULL",
        )
        for name in ("paper_id", "removed_title_folded"):
            table.create_index(op.f(f"ix_paper_merges_{name}"), [name])
    _fill(op.get_bind())


def _fill(connection: sa.Connection) -> None:
    # The key of what was removed leads to the paper that it is now, also after further merges.
    standing = sa.select(_MERGES.c.id, _MERGES.c.removed_key, _MERGES.c.data)
    for number, key, data in connection.execute(
        standing.where(_MERGES.c.undone_at.is_(None))
    ).all():
        leads = sa.select(_IDENTIFIERS.c.paper_id).where(
            _IDENTIFIERS.c.kind == "key", _IDENTIFIERS.c.folded == key.lower()
        )
        connection.execute(
            sa.update(_MERGES)
            .where(_MERGES.c.id == number)
            .values(
                paper_id=connection.scalar(leads),
                removed_title_folded=data["paper"]["title_folded"],
            )
        )


def downgrade() -> None:
    raise RuntimeError("Going back would lose under which titles papers stood here.")
