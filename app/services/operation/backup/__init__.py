"""Backups: a library in one file, and back.

`rows.py` reads and writes the rows of either database as lines, `manifest.py` says what a backup
holds, `archive.py` writes and checks the file, `restore.py` makes a library of it, `schedule.py`
makes backups on its own and removes old ones.
"""
