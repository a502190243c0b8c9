"""Checking somebody's bibliography: read, compared with the library, mended, kept for an hour.

Reads with a child process. May import `services.papers`, `services.lists` and what lies below.
"""
