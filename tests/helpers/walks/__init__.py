"""Walks through a whole library: every address, and random writes."""
