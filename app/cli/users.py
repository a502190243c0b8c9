"""Commands about accounts."""

from __future__ import annotations

import click


@click.group()
def user() -> None:
    """Manage accounts."""
