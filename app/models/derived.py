from __future__ import annotations

from sqlalchemy import BigInteger, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from app.change_log import MAX_NAME
from app.db import Base


class DerivedVersion(Base):
    """By which version of a rule the columns were made that follow from other columns.

    A row that is missing, or has another version than the program, says that they are out of date.
    """

    __tablename__ = "derived_versions"

    name: Mapped[str] = mapped_column(String(20), primary_key=True)
    version: Mapped[int]


class Change(Base):
    """What was changed, from which caches learn what is out of date; see `app.change_log`.

    Numbers rise in the order of commits. Only the newest rows are kept.
    """

    __tablename__ = "changes"

    number: Mapped[int] = mapped_column(
        BigInteger().with_variant(Integer(), "sqlite"), primary_key=True
    )
    name: Mapped[str] = mapped_column(String(MAX_NAME))
