"""The databases on which each test runs."""

from __future__ import annotations

import os

# A reader's machine may have no PostgreSQL; CI must.
POSTGRESQL = os.environ.get("SHORTLIST_TEST_POSTGRESQL_URL", "")


ENGINES = ["sqlite", "postgresql"] if POSTGRESQL else ["sqlite"]
