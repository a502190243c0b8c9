"""Drafts, unlisted summaries, pictures, deleted summaries, what a revision looked like.

Revision: 0002
Follows: 0001
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _change_summaries()
    _change_revisions()
    _create_drafts()
    _create_deleted_summaries()
    _create_pictures()
    op.create_table(
        "former_names",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["users.id"],
            name=op.f("fk_former_names_user_id_users"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_former_names")),
    )
    op.create_index(op.f("ix_former_names_user_id"), "former_names", ["user_id"])


def _change_summaries() -> None:
    with op.batch_alter_table("summaries", table_kwargs={"sqlite_autoincrement": True}) as table:
        table.add_column(sa.Column("share_code", sa.String(length=64), nullable=True))
        table.add_column(
            sa.Column("imported_votes", sa.Integer(), nullable=False, server_default="0")
        )
        table.create_unique_constraint(op.f("uq_summaries_share_code"), ["share_code"])
        table.drop_constraint(op.f("ck_summaries_visibility"), type_="check")
        table.create_check_constraint(
            op.f("ck_summaries_visibility"), "visibility IN ('public', 'unlisted', 'private')"
        )


def _change_revisions() -> None:
    with op.batch_alter_table(
        "revisions", recreate="auto", table_kwargs={"sqlite_autoincrement": True}
    ) as table:
        table.add_column(sa.Column("html", sa.Text(), nullable=False, server_default=""))
        table.add_column(sa.Column("takeaway_html", sa.Text(), nullable=False, server_default=""))
        table.add_column(
            sa.Column("renderer_version", sa.Integer(), nullable=False, server_default="0")
        )
        table.add_column(sa.Column("public_since", sa.DateTime(), nullable=True))
        if op.get_bind().dialect.name == "sqlite":
            table.alter_column("id", existing_type=sa.Integer(), nullable=False)  # rebuilds it
    # Which of the older states were public was not noted: only the present ones surely are.
    op.execute(
        """
        UPDATE revisions SET public_since = saved_at
        WHERE summary_id IN (SELECT id FROM summaries WHERE visibility = 'public')
        AND number = (
            SELECT max(other.number) FROM revisions AS other
            WHERE other.summary_id = revisions.summary_id
        )
        """
    )


def _create_drafts() -> None:
    op.create_table(
        "drafts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("paper_id", sa.Integer(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("takeaway", sa.Text(), nullable=False),
        sa.Column("tags", sa.Text(), nullable=False),
        sa.Column("visibility", sa.String(length=20), nullable=False),
        sa.Column("anonymous", sa.Boolean(), nullable=False),
        sa.Column("base_revision", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("saved_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["paper_id"],
            ["papers.id"],
            name=op.f("fk_drafts_paper_id_papers"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_drafts_user_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_drafts")),
        sa.UniqueConstraint("user_id", "paper_id", name=op.f("uq_drafts_user_id_paper_id")),
    )
    op.create_index(op.f("ix_drafts_paper_id"), "drafts", ["paper_id"])


def _create_deleted_summaries() -> None:
    op.create_table(
        "deleted_summaries",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("paper_id", sa.Integer(), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("deleted_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["paper_id"],
            ["papers.id"],
            name=op.f("fk_deleted_summaries_paper_id_papers"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["users.id"],
            name=op.f("fk_deleted_summaries_user_id_users"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deleted_summaries")),
    )
    for column in ("user_id", "paper_id", "deleted_at"):
        op.create_index(op.f(f"ix_deleted_summaries_{column}"), "deleted_summaries", [column])


def _create_pictures() -> None:
    op.create_table(
        "pictures",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("uploaded_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_pictures_user_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pictures")),
        sa.UniqueConstraint("name", name=op.f("uq_pictures_name")),
        sa.UniqueConstraint("user_id", "digest", name=op.f("uq_pictures_user_id_digest")),
    )
    op.create_table(
        "picture_uses",
        sa.Column("picture_id", sa.Integer(), nullable=False),
        sa.Column("summary_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["picture_id"],
            ["pictures.id"],
            name=op.f("fk_picture_uses_picture_id_pictures"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["summary_id"],
            ["summaries.id"],
            name=op.f("fk_picture_uses_summary_id_summaries"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("picture_id", "summary_id", name=op.f("pk_picture_uses")),
    )
    op.create_index(op.f("ix_picture_uses_summary_id"), "picture_uses", ["summary_id"])


def downgrade() -> None:
    raise RuntimeError("Going back would lose drafts, pictures and who may see what.")
