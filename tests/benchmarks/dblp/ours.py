"""The import as the command does it, without the progress bar."""

from __future__ import annotations

import sys
from collections import deque
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage
from time import process_time

from app.db import Database
from app.services.dblp.dump_import import import_dump
from app.services.operation import schema

if __name__ == "__main__":
    database = Database(f"sqlite:///{sys.argv[2]}")
    schema.upgrade(database)
    start = process_time()
    with database.session() as session:
        deque(import_dump(session, Path(sys.argv[1])), maxlen=0)
    database.close()
    reader = getrusage(RUSAGE_CHILDREN)
    print(max(process_time() - start, reader.ru_utime + reader.ru_stime))
