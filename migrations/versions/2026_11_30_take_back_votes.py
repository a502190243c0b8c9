"""Take back the votes that members gave their own texts, in a feed that they imported.

No row tells who imported a text. But a member imports for their own account only, and that has a
password; an account that came from files has none until an administrator hands it over. So the
votes of accounts that have a password are taken back, and those of accounts without one stay:
nobody could sign in to forge them. Those of administrators stay as well, who may bring votes. This
takes votes from accounts that were handed over, too, since what their owners imported afterwards
cannot be told from what came before; `shortlist import` of the same feed gives these back.

Deleted texts that can be brought back are treated alike, and what follows from a score is worked
out anew: popularity, the order in lists of tags, the best score of a paper and its rank. What
counts votes cast here (`writers.votes`) never had these in it.

Revision: 0014
Follows: 0013
"""

from __future__ import annotations

import math
from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_USERS = sa.table(
    "users",
    sa.column("id", sa.Integer),
    sa.column("password_hash", sa.String),
    sa.column("role", sa.String),
)
_SUMMARIES = sa.table(
    "summaries",
    sa.column("id", sa.Integer),
    sa.column("paper_id", sa.Integer),
    sa.column("user_id", sa.Integer),
    sa.column("visibility", sa.String),
    sa.column("created_at", sa.DateTime),
    sa.column("published_at", sa.DateTime),
    sa.column("score", sa.Integer),
    sa.column("imported_votes", sa.Integer),
    sa.column("popularity", sa.Float),
)
_SUMMARY_TAGS = sa.table(
    "summary_tags", sa.column("summary_id", sa.Integer), sa.column("score", sa.Integer)
)
_PAPERS = sa.table(
    "papers",
    sa.column("id", sa.Integer),
    sa.column("year", sa.Integer),
    sa.column("summaries_count", sa.Integer),
    sa.column("top_score", sa.Integer),
    sa.column("rank", sa.BigInteger),
)
_DELETED = sa.table(
    "deleted_summaries",
    sa.column("id", sa.Integer),
    sa.column("user_id", sa.Integer),
    sa.column("data", sa.JSON),
)
_MEMBERS = sa.select(_USERS.c.id).where(
    _USERS.c.password_hash.is_not(None), _USERS.c.role != "administrator"
)


def upgrade() -> None:
    connection = op.get_bind()
    forged = sa.select(_SUMMARIES).where(
        _SUMMARIES.c.imported_votes != 0, _SUMMARIES.c.user_id.in_(_MEMBERS)
    )
    papers = set()
    for row in connection.execute(forged).all():
        _take_back(connection, row)
        papers.add(row.paper_id)
    for paper_id in sorted(papers):
        _count(connection, paper_id)
    deleted = sa.select(_DELETED).where(_DELETED.c.user_id.in_(_MEMBERS))
    for row in connection.execute(deleted).all():
        if row.data["summary"].get("imported_votes"):
            summary = {**row.data["summary"], "imported_votes": 0}
            data = {**row.data, "summary": summary}
            of_row = sa.update(_DELETED).where(_DELETED.c.id == row.id)
            connection.execute(of_row.values(data=data))


def _take_back(connection: sa.Connection, row: sa.Row) -> None:
    score = row.score - row.imported_votes
    connection.execute(
        sa.update(_SUMMARIES)
        .where(_SUMMARIES.c.id == row.id)
        .values(
            score=score,
            imported_votes=0,
            popularity=_popularity(score, row.published_at or row.created_at),
        )
    )
    if row.visibility == "public":
        carried = sa.update(_SUMMARY_TAGS).where(_SUMMARY_TAGS.c.summary_id == row.id)
        connection.execute(carried.values(score=score))


def _popularity(score: int, published_at: datetime) -> float:
    """`services.votes.compute_popularity`, as it was at this revision."""
    sign = (score > 0) - (score < 0)
    age = (published_at.replace(tzinfo=UTC) - datetime(2020, 1, 1, tzinfo=UTC)).total_seconds()
    return sign * math.log10(1 + abs(score)) + age / 86400 / 30


def _count(connection: sa.Connection, paper_id: int) -> None:
    """Work out a paper's best score and its rank, as `models.paper.rank` did at this revision."""
    best = sa.select(sa.func.coalesce(sa.func.max(_SUMMARIES.c.score), 0)).where(
        _SUMMARIES.c.paper_id == paper_id, _SUMMARIES.c.visibility == "public"
    )
    top = connection.execute(best).scalar_one()
    paper = connection.execute(sa.select(_PAPERS).where(_PAPERS.c.id == paper_id)).one()
    within = max(-499_999, min(499_999, top))
    first = 10**10 if paper.summaries_count else 0
    rank = first + (paper.year or 0) * 10**6 + within + 500_000
    of_paper = sa.update(_PAPERS).where(_PAPERS.c.id == paper_id)
    connection.execute(of_paper.values(top_score=top, rank=rank))


def downgrade() -> None:
    raise RuntimeError("Going back would need the votes that were taken back.")
