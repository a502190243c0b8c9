from __future__ import annotations

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base


class DerivedVersion(Base):
    """By which version of a rule the columns were made that follow from other columns.

    A row that is missing, or has another version than the program, says that they are out of date.
    """

    __tablename__ = "derived_versions"

    name: Mapped[str] = mapped_column(String(20), primary_key=True)
    version: Mapped[int]
