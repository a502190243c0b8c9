"""Reading lists: entries, labels, and copies for undoing.

Revision: 0025
Follows: 0024
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "reading_lists",
        sa.Column("user_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("seen_at", sa.DateTime(), nullable=False),
        _key("reading_lists", "user_id", "users"),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_reading_lists")),
    )
    _make_entries()
    op.create_table(
        "list_labels",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("folded", sa.String(length=120), nullable=False),
        _key("list_labels", "user_id", "users"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_list_labels")),
        sa.UniqueConstraint("user_id", "folded", name=op.f("uq_list_labels_user_id_folded")),
    )
    op.create_table(
        "entry_labels",
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("label_id", sa.Integer(), nullable=False),
        _key("entry_labels", "entry_id", "list_entries"),
        _key("entry_labels", "label_id", "list_labels"),
        sa.PrimaryKeyConstraint("entry_id", "label_id", name=op.f("pk_entry_labels")),
    )
    op.create_index(op.f("ix_entry_labels_label_id"), "entry_labels", ["label_id"])
    op.create_table(
        "entry_copies",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("paper_id", sa.Integer(), nullable=True),
        sa.Column("merge_id", sa.Integer(), nullable=True),
        sa.Column("batch", sa.String(length=22), server_default="", nullable=False),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        _key("entry_copies", "user_id", "users"),
        _key("entry_copies", "paper_id", "papers"),
        _key("entry_copies", "merge_id", "paper_merges"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entry_copies")),
    )
    op.create_index("ix_entry_copies_user_id_batch", "entry_copies", ["user_id", "batch"])
    for column in ("paper_id", "merge_id"):
        op.create_index(op.f(f"ix_entry_copies_{column}"), "entry_copies", [column])


def _make_entries() -> None:
    op.create_table(
        "list_entries",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("paper_id", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("added_at", sa.DateTime(), nullable=False),
        sa.Column("changed_at", sa.DateTime(), nullable=False),
        sa.Column("to_read_at", sa.DateTime(), nullable=True),
        sa.Column("reading_at", sa.DateTime(), nullable=True),
        sa.Column("stopped_at", sa.DateTime(), nullable=True),
        sa.Column("read_at", sa.DateTime(), nullable=True),
        sa.Column("priority", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("citekey", sa.String(length=100), nullable=True),
        sa.Column("remark", sa.Text(), server_default="", nullable=False),
        sa.Column("notes", sa.Text(), server_default="", nullable=False),
        sa.Column("notes_html", sa.Text(), server_default="", nullable=False),
        sa.Column("renderer_version", sa.Integer(), server_default="0", nullable=False),
        sa.Column("words", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint(
            "status IN ('to-read', 'reading', 'stopped', 'read')",
            name=op.f("ck_list_entries_status"),
        ),
        sa.CheckConstraint("priority BETWEEN 0 AND 3", name=op.f("ck_list_entries_priority")),
        _key("list_entries", "user_id", "users"),
        _key("list_entries", "paper_id", "papers"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_list_entries")),
        sa.UniqueConstraint("user_id", "paper_id", name=op.f("uq_list_entries_user_id_paper_id")),
        sa.UniqueConstraint("user_id", "citekey", name=op.f("uq_list_entries_user_id_citekey")),
    )
    op.create_index(op.f("ix_list_entries_paper_id"), "list_entries", ["paper_id"])
    for name, columns in {
        "added": ["added_at"],
        "changed": ["changed_at"],
        "position": ["position"],
        "priority": ["priority", "added_at"],
        "status": ["status", "added_at"],
    }.items():
        op.create_index(f"ix_list_entries_{name}", "list_entries", ["user_id", *columns, "id"])


def _key(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}_{other}"), ondelete="CASCADE"
    )


def downgrade() -> None:
    for table in ("entry_copies", "entry_labels", "list_labels", "list_entries", "reading_lists"):
        op.drop_table(table)
