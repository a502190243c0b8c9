"""Numbers of linked accounts and passkeys that are never given again.

SQLite would give the number of a removed one to the next, and a form that was opened before would
remove that instead.

Revision: 0045
Follows: 0044
"""

from __future__ import annotations

from alembic import op

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None

_TABLES = ("identities", "passkeys")


def upgrade() -> None:
    _rebuild(with_autoincrement=True)


def downgrade() -> None:
    _rebuild(with_autoincrement=False)


def _rebuild(*, with_autoincrement: bool) -> None:
    if op.get_bind().dialect.name != "sqlite":  # elsewhere a sequence gives the numbers
        return
    for name in _TABLES:
        with op.batch_alter_table(
            name, recreate="always", table_kwargs={"sqlite_autoincrement": with_autoincrement}
        ):
            pass
