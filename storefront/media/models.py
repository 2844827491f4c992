"""Uploaded pictures."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from storefront.database import Model


class Picture(Model):
    """A stored picture: immutable files in MEDIA_DIR named after the hash of the original."""

    __tablename__ = "picture"

    id: Mapped[int] = mapped_column(primary_key=True)
    hash: Mapped[str] = mapped_column(String(64), unique=True)
    extension: Mapped[str] = mapped_column(String(5))
    width: Mapped[int]
    height: Mapped[int]
    uploaded_at: Mapped[datetime]
    actor: Mapped[str] = mapped_column(String(120), default="")
