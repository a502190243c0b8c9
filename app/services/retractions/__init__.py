"""Retraction notices: reading them in, and marking the papers that they are about.

May import the modules of `app/services/` itself, queries and models.
"""
