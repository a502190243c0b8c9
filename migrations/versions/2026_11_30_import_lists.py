"""Reading lists from other tools: imports, their rows, and what undoing one needs.

Revision: 0030
Follows: 0028
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

_IMPORT = ("'reading'", "'preview'", "'waiting'", "'done'", "'undoing'", "'undone'")
_ROW = (
    *("'new'", "'here'", "'same'", "'unclear'", "'asked'", "'refused'"),
    *("'added'", "'changed'", "'unchanged'"),
)


def upgrade() -> None:
    op.create_table(
        "list_imports",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token", sa.String(length=32), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.CheckConstraint(f"state IN ({', '.join(_IMPORT)})", name=op.f("ck_list_imports_state")),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["users.id"],
            name=op.f("fk_list_imports_user_id_users"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_list_imports")),
        sa.UniqueConstraint("token", name=op.f("uq_list_imports_token")),
    )
    for column in ("made_at", "user_id"):
        op.create_index(op.f(f"ix_list_imports_{column}"), "list_imports", [column])
    op.create_table(
        "list_import_rows",
        sa.Column("import_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("key", sa.String(length=300), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.CheckConstraint(f"state IN ({', '.join(_ROW)})", name=op.f("ck_list_import_rows_state")),
        sa.ForeignKeyConstraint(
            ["import_id"],
            ["list_imports.id"],
            name=op.f("fk_list_import_rows_import_id_list_imports"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("import_id", "position", name=op.f("pk_list_import_rows")),
    )
    with op.batch_alter_table("entry_copies") as table:
        # As it was: SQLite would have it in brackets.
        table.alter_column("batch", existing_type=sa.String(length=22), server_default="")
        table.add_column(sa.Column("import_id", sa.Integer(), nullable=True))
        table.create_foreign_key(
            op.f("fk_entry_copies_import_id_list_imports"),
            "list_imports",
            ["import_id"],
            ["id"],
            ondelete="CASCADE",
        )
        table.create_index(op.f("ix_entry_copies_import_id"), ["import_id"])


def downgrade() -> None:
    op.execute("DELETE FROM entry_copies WHERE import_id IS NOT NULL")
    with op.batch_alter_table("entry_copies") as table:
        table.drop_index(op.f("ix_entry_copies_import_id"))
        table.drop_constraint(op.f("fk_entry_copies_import_id_list_imports"), type_="foreignkey")
        table.drop_column("import_id")
    op.drop_table("list_import_rows")
    op.drop_table("list_imports")
