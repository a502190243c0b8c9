"""Clients of a server that is killed while they write to it."""
