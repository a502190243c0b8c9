"""Reading groups: readings of a shelf, who takes part, ballots, secret feeds.

Revision: 0032
Follows: 0031
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "reading_groups",
        sa.Column("shelf_id", sa.Integer(), nullable=False),
        sa.Column("is_on", sa.Boolean(), nullable=False),
        sa.Column("ballot", sa.String(length=10), nullable=False),
        sa.Column("last_number", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "ballot IN ('none', 'open', 'closed')", name=op.f("ck_reading_groups_ballot")
        ),
        _key("reading_groups", "shelf_id", "shelves"),
        sa.PrimaryKeyConstraint("shelf_id", name=op.f("pk_reading_groups")),
    )
    op.create_table(
        "readings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("shelf_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("paper_id", sa.Integer(), nullable=False),
        sa.Column("leader_id", sa.Integer(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("uid", sa.String(length=64), nullable=False),
        sa.Column("started_at", sa.DateTime(), nullable=False),
        sa.Column("changed_at", sa.DateTime(), nullable=False),
        sa.Column("revealed_at", sa.DateTime(), nullable=True),
        _key("readings", "shelf_id", "shelves"),
        _key("readings", "paper_id", "papers"),
        _key("readings", "leader_id", "users", "SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_readings")),
        sa.UniqueConstraint("shelf_id", "number", name=op.f("uq_readings_shelf_id_number")),
        sa.UniqueConstraint("uid", name=op.f("uq_readings_uid")),
    )
    for column in ("paper_id", "leader_id"):
        op.create_index(op.f(f"ix_readings_{column}"), "readings", [column])
    op.create_index("ix_readings_open", "readings", ["revealed_at", "ends_on"])
    _make_participations()
    op.create_table(
        "ballot_votes",
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        _key("ballot_votes", "entry_id", "shelf_entries"),
        _key("ballot_votes", "user_id", "users"),
        sa.PrimaryKeyConstraint("entry_id", "user_id", name=op.f("pk_ballot_votes")),
    )
    op.create_index(op.f("ix_ballot_votes_user_id"), "ballot_votes", ["user_id"])
    op.create_table(
        "reading_feeds",
        sa.Column("shelf_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        _key("reading_feeds", "shelf_id", "shelves"),
        _key("reading_feeds", "user_id", "users"),
        sa.PrimaryKeyConstraint("shelf_id", "user_id", name=op.f("pk_reading_feeds")),
        sa.UniqueConstraint("code", name=op.f("uq_reading_feeds_code")),
    )
    op.create_index(op.f("ix_reading_feeds_user_id"), "reading_feeds", ["user_id"])


def _make_participations() -> None:
    op.create_table(
        "participations",
        sa.Column("reading_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("takes_part", sa.Boolean(), nullable=False),
        sa.Column("answered_at", sa.DateTime(), nullable=False),
        sa.Column("summary_id", sa.Integer(), nullable=True),
        sa.Column("audience", sa.String(length=10), nullable=False),
        sa.Column("published_at", sa.DateTime(), nullable=True),
        sa.CheckConstraint(
            "audience IN ('group', 'public')", name=op.f("ck_participations_audience")
        ),
        _key("participations", "reading_id", "readings"),
        _key("participations", "user_id", "users"),
        _key("participations", "summary_id", "summaries", "SET NULL"),
        sa.PrimaryKeyConstraint("reading_id", "user_id", name=op.f("pk_participations")),
    )
    for column in ("user_id", "summary_id"):
        op.create_index(op.f(f"ix_participations_{column}"), "participations", [column])
    op.create_index("ix_participations_to_publish", "participations", ["audience", "published_at"])


def _key(table: str, column: str, other: str, ondelete: str = "CASCADE") -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}_{other}"), ondelete=ondelete
    )


def downgrade() -> None:
    for table in ("reading_feeds", "ballot_votes", "participations", "readings", "reading_groups"):
        op.drop_table(table)
