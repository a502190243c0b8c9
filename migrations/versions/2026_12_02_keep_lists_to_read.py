"""What is sent as a long list, until the job has read it.

Revision: 0044
Follows: 0043
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "list_import_parts",
        sa.Column("import_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["import_id"],
            ["list_imports.id"],
            name=op.f("fk_list_import_parts_import_id_list_imports"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("import_id", "number", name=op.f("pk_list_import_parts")),
    )


def downgrade() -> None:
    op.drop_table("list_import_parts")
