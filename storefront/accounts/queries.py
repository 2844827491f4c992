"""Reading accounts and the audit log."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_security import SQLAlchemyUserDatastore
from sqlalchemy import func, select

from storefront.accounts.models import Account, AuditRecord, Role
from storefront.database import db

AUDIT_PAGE = 50
datastore = SQLAlchemyUserDatastore(db, Account, Role)  # where the sign-in library finds them


@dataclass(frozen=True, slots=True)
class StaffMember:
    """A person of the staff, for the list."""

    id: int
    name: str
    email: str
    active: bool
    roles: tuple[str, ...]
    created_at: datetime


@dataclass(frozen=True, slots=True)
class AuditLine:
    """One thing that staff did."""

    at: datetime
    actor: str
    action: str
    target: str
    details: dict[str, Any]


def staff() -> list[StaffMember]:
    """Everybody with a role, those who can sign in first, then by name."""
    accounts = db.session.scalars(select(Account).order_by(Account.active.desc(), Account.name, Account.id))
    return [
        StaffMember(a.id, a.name, a.email, a.active, tuple(sorted(r.name for r in a.roles)), a.created_at)
        for a in accounts
        if a.roles
    ]


def account_by_email(email: str) -> Account | None:
    """The account with this address, in any spelling of upper and lower case."""
    return db.session.scalar(select(Account).where(func.lower(Account.email) == email.strip().lower()))


def first_with_role(role: str) -> Account | None:
    """The oldest active account with a role (the quick sign-in of development uses it)."""
    accounts = db.session.scalars(select(Account).where(Account.active).order_by(Account.id))
    return next((a for a in accounts if any(r.name == role for r in a.roles)), None)


def audit_records(page: int = 1, target: str = "") -> tuple[list[AuditLine], int]:
    """One page of what staff did, newest first, and how many there are in all."""
    wanted = select(AuditRecord)
    if target:
        wanted = wanted.where(AuditRecord.target == target)
    total = db.session.scalar(select(func.count()).select_from(wanted.subquery())) or 0
    rows = db.session.scalars(
        wanted.order_by(AuditRecord.id.desc()).limit(AUDIT_PAGE).offset((max(page, 1) - 1) * AUDIT_PAGE)
    )
    return [AuditLine(r.at, r.actor, r.action, r.target, r.details) for r in rows], total
