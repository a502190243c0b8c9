"""A picture's address stands in the texts of one summary only; names that pictures had before.

Where several texts share an address, the first keeps it. The others are noted as showing it, also
those of which only an earlier version does, and `serve` and `tidy` give them addresses of their
own: that needs the files, of which a migration knows nothing.

Revision: 0004
Follows: 0003
"""

from __future__ import annotations

import re

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_ADDRESS = re.compile(r"/pictures/([A-Za-z0-9_-]{22}\.(?:png|jpg))(?![\w.-])")
# Present texts first, so that these keep their addresses; the deleted ones last.
_TEXTS = (
    "SELECT user_id, id, source FROM summaries WHERE source LIKE '%/pictures/%' ORDER BY id",
    "SELECT s.user_id, s.id, r.source FROM revisions r JOIN summaries s ON s.id = r.summary_id"
    " WHERE r.source LIKE '%/pictures/%' ORDER BY s.id, r.id",
    "SELECT user_id, id, CAST(data AS TEXT) FROM deleted_summaries ORDER BY id",
)


def upgrade() -> None:
    with op.batch_alter_table("pictures") as table:
        table.add_column(sa.Column("summary_id", sa.Integer(), nullable=True))
        table.drop_constraint(op.f("uq_pictures_user_id_digest"), type_="unique")
        table.create_index(op.f("ix_pictures_user_id_digest"), ["user_id", "digest"])
        table.create_index(op.f("ix_pictures_summary_id"), ["summary_id"])
    op.create_table(
        "former_pictures",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("picture_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["picture_id"],
            ["pictures.id"],
            name=op.f("fk_former_pictures_picture_id_pictures"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_former_pictures")),
    )
    op.create_index(op.f("ix_former_pictures_picture_id"), "former_pictures", ["picture_id"])
    _find_homes()


def _find_homes() -> None:
    connection = op.get_bind()
    pictures = {
        (name, owner): number
        for number, name, owner in connection.execute(
            sa.text("SELECT id, name, user_id FROM pictures")
        )
    }
    present = sa.text("SELECT picture_id, summary_id FROM picture_uses")
    uses = {tuple(row) for row in connection.execute(present)}
    homes: dict[int, int] = {}
    for query in _TEXTS:
        for owner, summary, text in connection.execute(sa.text(query)):
            for name in _ADDRESS.findall(text):
                picture = pictures.get((name, owner))
                if picture is None:
                    continue
                home = homes.setdefault(picture, summary)
                if home != summary and "deleted" not in query:
                    uses.add((picture, summary))
    for picture, summary in homes.items():
        connection.execute(
            sa.text("UPDATE pictures SET summary_id = :summary WHERE id = :picture"),
            {"summary": summary, "picture": picture},
        )
    connection.execute(sa.text("DELETE FROM picture_uses"))
    insert = "INSERT INTO picture_uses (picture_id, summary_id) VALUES (:picture, :summary)"
    for picture, summary in sorted(uses):
        connection.execute(sa.text(insert), {"picture": picture, "summary": summary})


def downgrade() -> None:
    raise RuntimeError("Going back would join what tells who wrote an anonymous text.")
