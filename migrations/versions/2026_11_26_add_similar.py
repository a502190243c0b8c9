"""Similar papers: what is shown, the words by which they are found, and what is to be worked out.

Revision: 0010
Follows: 0009
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "similar_papers",
        sa.Column("paper_id", sa.Integer(), nullable=False),
        sa.Column("similar_id", sa.Integer(), nullable=False),
        sa.Column("score", sa.Double(), nullable=False),
        sa.Column("reasons", sa.JSON(), nullable=False),
        _of_paper("similar_papers", "paper_id"),
        _of_paper("similar_papers", "similar_id"),
        sa.PrimaryKeyConstraint("paper_id", "similar_id", name=op.f("pk_similar_papers")),
    )
    op.create_index(
        "ix_similar_papers_shown", "similar_papers", ["paper_id", "score", "similar_id"]
    )
    op.create_index(op.f("ix_similar_papers_similar_id"), "similar_papers", ["similar_id"])
    op.create_table(
        "similar_words",
        sa.Column("paper_id", sa.Integer(), nullable=False),
        sa.Column("word", sa.String(length=64), nullable=False),
        sa.Column("weight", sa.Integer(), nullable=False),
        _of_paper("similar_words", "paper_id"),
        sa.PrimaryKeyConstraint("paper_id", "word", name=op.f("pk_similar_words")),
    )
    op.create_index("ix_similar_words_word", "similar_words", ["word", "paper_id", "weight"])
    op.create_table(
        "similar_marks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("paper_id", sa.Integer(), nullable=False),
        _of_paper("similar_marks", "paper_id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_similar_marks")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_similar_marks_paper_id"), "similar_marks", ["paper_id"])
    # An old library is worked out by the next `shortlist tidy`, which `serve` runs when it starts.
    op.execute(
        "INSERT INTO similar_marks (paper_id)"
        " SELECT DISTINCT paper_id FROM summaries WHERE visibility = 'public'"
    )


def _of_paper(table: str, column: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column], ["papers.id"], name=op.f(f"fk_{table}_{column}_papers"), ondelete="CASCADE"
    )


def downgrade() -> None:
    raise RuntimeError("Going back would lose what the catalogue has learnt since.")
