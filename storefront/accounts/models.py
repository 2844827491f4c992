"""Accounts with roles (staff now, customers later) and the audit log."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask_security import RoleMixin, UserMixin
from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from storefront.database import Model


class AccountRole(Model):
    """Which account has which role."""

    __tablename__ = "account_role"
    affects_pages = False

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), primary_key=True)
    role_id: Mapped[int] = mapped_column(ForeignKey("role.id", ondelete="CASCADE"), primary_key=True)


class Role(Model, RoleMixin):
    """admin can do all; marketer can do what its permissions name."""

    __tablename__ = "role"
    affects_pages = False

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(40), unique=True)
    description: Mapped[str] = mapped_column(String(200), default="")


class Account(Model, UserMixin):
    """A person who can sign in."""

    __tablename__ = "account"
    affects_pages = False

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(254), unique=True)
    name: Mapped[str] = mapped_column(String(120), default="")
    password: Mapped[str] = mapped_column(String(255))
    active: Mapped[bool] = mapped_column(default=True)
    fs_uniquifier: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime]

    # The mixin promises a list of its own kind of role, and lists are invariant.
    roles: Mapped[list[Role]] = relationship(  # type: ignore[assignment]
        secondary="account_role", lazy="selectin"
    )


class AuditRecord(Model):
    """What staff did, append-only."""

    __tablename__ = "audit_record"
    affects_pages = False

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    actor: Mapped[str] = mapped_column(String(120))
    action: Mapped[str] = mapped_column(String(60))  # "product price changed"
    target: Mapped[str] = mapped_column(String(120))  # "product mgt-c"
    details: Mapped[dict[str, Any]]
