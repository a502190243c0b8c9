"""The web server: processes and signals, and requests from the network to the app's threads.

`supervisor.py` keeps the workers. `worker.py` is one of them: granian speaks HTTP there, and
`gateway.py` reads each request ahead (`bodies.py`) and hands it to a thread (`pool.py`,
`waiting_line.py`), which sends what the app answers (`answers.py`). `job_process.py` is one more
process, which runs jobs. All but this and `worker.py` know the app as WSGI only.
"""
