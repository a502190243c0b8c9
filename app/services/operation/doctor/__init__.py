"""Checks that look an installation over, and say what to do.

They change nothing. `examination` runs them all; those of `installation` are about this machine and
its settings, those of `library` about what the database contains.
"""
