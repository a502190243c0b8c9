"""Names of venues and tags as they are searched, and by which rules what is stored was folded.

Letters such as ł, ø and ı are found by their plain ones from now on. What is stored in folded form
(titles, labels, names, the search index) and the words of similar papers are made anew by
`services.refolding` when the program opens the library: the rules are its own, and a library of
millions must not be locked meanwhile. Authors and their addresses stay as they are.

Revision: 0015
Follows: 0014
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "derived_versions",
        sa.Column("name", sa.String(length=20), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_derived_versions")),
    )
    for table in ("venues", "tags"):
        op.add_column(table, sa.Column("folded", sa.Text(), nullable=False, server_default=""))
    # Of a library that begins with this version, nothing is made anew.
    op.execute(
        "INSERT INTO derived_versions (name, version)"
        " SELECT 'text', 2 WHERE NOT EXISTS (SELECT 1 FROM papers)"
    )


def downgrade() -> None:
    op.drop_column("tags", "folded")
    op.drop_column("venues", "folded")
    op.drop_table("derived_versions")
