"""How far the import of dblp's file has come, and authors' names as they stand on a paper.

Revision: 0009
Follows: 0008
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "dump_imports",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("records", sa.Integer(), nullable=False),
        sa.Column("persons", sa.Integer(), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("finished_at", sa.DateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dump_imports")),
        sa.UniqueConstraint("fingerprint", name=op.f("uq_dump_imports_fingerprint")),
    )
    op.add_column("paper_authors", sa.Column("name", sa.String(length=200), nullable=True))


def downgrade() -> None:
    raise RuntimeError("Going back would lose what the catalogue has learnt since.")
