"""Every SELECT that a reader sees, built on the one visibility rule in `visibility.py`."""
