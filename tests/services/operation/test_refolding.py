"""Folding a whole library anew; tests/services/operation/test_upgrade.py has what it changes."""

from __future__ import annotations

from collections import deque
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import delete

from app.db import Database, begin_writing
from app.models import DerivedVersion
from app.services.operation import refolding
from app.text import TEXT_VERSION
from tests.helpers.engines import POSTGRESQL
from tests.helpers.waiting import SAFETY, pids_that_wait, wait_until


@pytest.mark.skipif(not POSTGRESQL, reason="SHORTLIST_TEST_POSTGRESQL_URL is not set")
def test_two_nodes_come_to_the_end_at_the_same_time(postgresql_tables: Database) -> None:
    def fold() -> None:
        with postgresql_tables.session() as session:
            deque(refolding.refold(session), maxlen=0)

    with (
        postgresql_tables.session() as other_node,
        postgresql_tables.session() as watching,
        ThreadPoolExecutor(1) as pool,
    ):
        begin_writing(other_node)
        other_node.execute(delete(DerivedVersion))  # as in a library that no server has opened
        other_node.commit()
        begin_writing(other_node)
        other_node.add(DerivedVersion(name=refolding.NAME, version=TEXT_VERSION))
        other_node.flush()
        folding = pool.submit(fold)
        wait_until(lambda: bool(pids_that_wait(watching)), "the other one waits")
        other_node.commit()
        folding.result(SAFETY)
    with postgresql_tables.session() as session:
        assert not refolding.is_due(session)
