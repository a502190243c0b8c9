"""What writers state of their summaries, and the licences that these are published under.

Revision: 0034
Follows: 0033
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in ("summaries", "drafts", "revisions"):
        for name in ("read", "made"):
            column = sa.Column(name, sa.String(length=20), server_default="", nullable=False)
            op.add_column(table, column)
    for table in ("summaries", "drafts"):
        interest = sa.Column("interest", sa.Boolean(), server_default=sa.false(), nullable=False)
        op.add_column(table, interest)
    licence = sa.Column("licence", sa.String(length=40), server_default="", nullable=False)
    op.add_column("summaries", licence)
    op.create_table(
        "licence_agreements",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("licence", sa.String(length=40), nullable=False),
        sa.Column("agreed_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["users.id"],
            name=op.f("fk_licence_agreements_user_id_users"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("user_id", "licence", name=op.f("pk_licence_agreements")),
    )


def downgrade() -> None:
    op.drop_table("licence_agreements")
    op.drop_column("summaries", "licence")
    for table in ("summaries", "drafts"):
        op.drop_column(table, "interest")
    for table in ("summaries", "drafts", "revisions"):
        for name in ("read", "made"):
            op.drop_column(table, name)
