"""Jobs: work behind the scenes, in one table, with one loop.

`kinds.py` lists what there is, `leases.py` lets one process at a time run a job, `runner.py` runs
jobs and is the loop, `control.py` shows, stops and retries them. Imports all other services.
"""
