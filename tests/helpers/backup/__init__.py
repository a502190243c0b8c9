"""Backups, and libraries that have something in every table."""
