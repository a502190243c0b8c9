"""For whom Crossref is to be asked, so that members take turns.

Revision: 0042
Follows: 0041
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("bibliography_questions") as batch:
        batch.add_column(sa.Column("asker_id", sa.Integer(), nullable=True))
        batch.create_foreign_key(
            op.f("fk_bibliography_questions_asker_id_users"),
            "users",
            ["asker_id"],
            ["id"],
            ondelete="SET NULL",
        )


def downgrade() -> None:
    with op.batch_alter_table("bibliography_questions") as batch:
        batch.drop_constraint(op.f("fk_bibliography_questions_asker_id_users"), type_="foreignkey")
        batch.drop_column("asker_id")
