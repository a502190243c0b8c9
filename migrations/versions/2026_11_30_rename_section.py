"""Call the first section by its full name.

Revision: 0023
Follows: 0022
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

_SECTIONS = sa.table("sections", sa.column("slug"), sa.column("name"))
SHORT, FULL = "CompSci", "Computer science"


def upgrade() -> None:
    _rename(SHORT, FULL)


def downgrade() -> None:
    _rename(FULL, SHORT)


def _rename(old: str, new: str) -> None:
    # A site that has given the section a name of its own keeps it.
    named = sa.update(_SECTIONS).where(_SECTIONS.c.slug == "cs", _SECTIONS.c.name == old)
    op.execute(named.values(name=new))
