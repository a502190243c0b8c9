"""The rules for plain texts."""
