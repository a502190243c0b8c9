"""Rank texts without votes below those with some, and find what is popular of a week by an index.

Popularity is worked out anew for all summaries. Deleted ones get theirs when they come back.

Revision: 0020
Follows: 0019
"""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

_SUMMARIES = sa.table(
    "summaries",
    sa.column("id", sa.Integer),
    sa.column("created_at", sa.DateTime),
    sa.column("published_at", sa.DateTime),
    sa.column("score", sa.Integer),
    sa.column("popularity", sa.Float),
)
_INDEXES = {
    "ix_summaries_recent": ["visibility", "published_at", "id"],
    "ix_summaries_section_recent": ["section_slug", "visibility", "published_at", "id"],
}
_BATCH = 1000


def upgrade() -> None:
    for name, columns in _INDEXES.items():
        op.drop_index(name, "summaries")
        op.create_index(name, "summaries", [*columns, "popularity"])
    _rank_all(_popularity)


def downgrade() -> None:
    for name, columns in _INDEXES.items():
        op.drop_index(name, "summaries")
        op.create_index(name, "summaries", columns)
    _rank_all(_former_popularity)


def _rank_all(rank: Callable[[int, datetime], float]) -> None:
    connection = op.get_bind()
    given = sa.bindparam("row_id")
    change = sa.update(_SUMMARIES).where(_SUMMARIES.c.id == given)
    change = change.values(popularity=sa.bindparam("rank"))
    rows = sa.select(_SUMMARIES).order_by(_SUMMARIES.c.id).limit(_BATCH)
    last = 0
    while found := connection.execute(rows.where(_SUMMARIES.c.id > last)).all():
        ranks = [
            {"row_id": row.id, "rank": rank(row.score, row.published_at or row.created_at)}
            for row in found
        ]
        connection.execute(change, ranks)
        last = found[-1].id


def _popularity(score: int, published_at: datetime) -> float:
    """`services.votes.compute_popularity`, as it was at this revision."""
    sign = (score > 0) - (score < 0)
    return (sign - 1) * 100_000 + sign * math.log10(max(abs(score), 1)) + _age(published_at) / 90


def _former_popularity(score: int, published_at: datetime) -> float:
    """The same before this revision."""
    sign = (score > 0) - (score < 0)
    return sign * math.log10(1 + abs(score)) + _age(published_at) / 30


def _age(moment: datetime) -> float:
    from_2020 = moment.replace(tzinfo=UTC) - datetime(2020, 1, 1, tzinfo=UTC)
    return from_2020.total_seconds() / 86400
