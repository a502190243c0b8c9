"""Retraction notices, the marks of papers, and bibliographies that are being checked.

Revision: 0031
Follows: 0028
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "retraction_records",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("doi", sa.String(length=300), nullable=True),
        sa.Column("pubmed_id", sa.String(length=10), nullable=True),
        sa.Column("nature", sa.String(length=20), nullable=False),
        sa.Column("noticed_on", sa.Date(), nullable=True),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("url", sa.String(length=400), nullable=False),
        sa.CheckConstraint(
            "nature IN ('concern', 'correction', 'reinstatement', 'retraction')",
            name=op.f("ck_retraction_records_nature"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_retraction_records")),
    )
    op.create_index(op.f("ix_retraction_records_doi"), "retraction_records", ["doi"])
    op.create_index(op.f("ix_retraction_records_pubmed_id"), "retraction_records", ["pubmed_id"])
    op.add_column("papers", sa.Column("retraction_state", sa.JSON(), nullable=True))
    op.create_table(
        "bibliographies",
        sa.Column("token", sa.String(length=43), nullable=False),
        sa.Column("checked_at", sa.DateTime(), nullable=False),
        sa.Column("files", sa.LargeBinary(), nullable=False),
        sa.Column("report", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("token", name=op.f("pk_bibliographies")),
    )
    op.create_index(op.f("ix_bibliographies_checked_at"), "bibliographies", ["checked_at"])


def downgrade() -> None:
    op.drop_table("bibliographies")
    with op.batch_alter_table("papers") as table:
        table.drop_column("retraction_state")
    op.drop_table("retraction_records")
