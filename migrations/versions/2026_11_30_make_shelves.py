"""Shelves: named collections of papers, their members, and what is on them.

Revision: 0029
Follows: 0028
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "shelves",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("visibility", sa.String(length=20), nullable=False),
        sa.Column("share_code", sa.String(length=64), nullable=True),
        sa.Column("description", sa.Text(), server_default="", nullable=False),
        sa.Column("description_html", sa.Text(), server_default="", nullable=False),
        sa.Column("renderer_version", sa.Integer(), server_default="0", nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("changed_at", sa.DateTime(), nullable=False),
        sa.CheckConstraint(
            "visibility IN ('public', 'unlisted', 'private')", name=op.f("ck_shelves_visibility")
        ),
        _key("shelves", "user_id", "users"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shelves")),
        sa.UniqueConstraint("user_id", "slug", name=op.f("uq_shelves_user_id_slug")),
        sa.UniqueConstraint("share_code", name=op.f("uq_shelves_share_code")),
    )
    op.create_table(
        "shelf_members",
        sa.Column("shelf_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=10), nullable=False),
        sa.Column("invited_at", sa.DateTime(), nullable=False),
        sa.Column("accepted_at", sa.DateTime(), nullable=True),
        sa.CheckConstraint("role IN ('editor', 'viewer')", name=op.f("ck_shelf_members_role")),
        _key("shelf_members", "shelf_id", "shelves"),
        _key("shelf_members", "user_id", "users"),
        sa.PrimaryKeyConstraint("shelf_id", "user_id", name=op.f("pk_shelf_members")),
    )
    op.create_index(op.f("ix_shelf_members_user_id"), "shelf_members", ["user_id"])
    _make_entries()


def _make_entries() -> None:
    op.create_table(
        "shelf_entries",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("shelf_id", sa.Integer(), nullable=False),
        sa.Column("paper_id", sa.Integer(), nullable=True),
        sa.Column("joined_id", sa.Integer(), nullable=True),
        sa.Column("merge_id", sa.Integer(), nullable=True),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("added_at", sa.DateTime(), nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        _key("shelf_entries", "shelf_id", "shelves"),
        _key("shelf_entries", "paper_id", "papers"),
        _key("shelf_entries", "joined_id", "shelf_entries"),
        _key("shelf_entries", "merge_id", "paper_merges", "SET NULL"),
        _key("shelf_entries", "user_id", "users", "SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shelf_entries")),
        sa.UniqueConstraint(
            "shelf_id", "paper_id", name=op.f("uq_shelf_entries_shelf_id_paper_id")
        ),
    )
    for column in ("paper_id", "joined_id", "merge_id", "user_id"):
        op.create_index(op.f(f"ix_shelf_entries_{column}"), "shelf_entries", [column])
    for name, column in {"position": "position", "added": "added_at"}.items():
        op.create_index(f"ix_shelf_entries_{name}", "shelf_entries", ["shelf_id", column, "id"])


def _key(table: str, column: str, other: str, ondelete: str = "CASCADE") -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}_{other}"), ondelete=ondelete
    )


def downgrade() -> None:
    for table in ("shelf_entries", "shelf_members", "shelves"):
        op.drop_table(table)
