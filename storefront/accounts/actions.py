"""Making and changing accounts, and writing down what staff did."""

from __future__ import annotations

import secrets
from typing import Any

from flask_security import hash_password
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from storefront import clock
from storefront.accounts.models import Account, AccountRole, AuditRecord, Role
from storefront.accounts.queries import account_by_email
from storefront.accounts.rules import ADMIN, ROLES, SHORTEST_PASSWORD, acceptable_password
from storefront.database import db
from storefront.locale import gettext as _
from storefront.refusals import Refused


def create_staff(email: str, name: str, password: str, role: str) -> Account:
    """Add a person who can sign in to the admin. Needs an app context, for the hashing of the password."""
    email = email.strip().lower()
    if role not in ROLES:
        raise Refused(_("This role does not exist."), field="role")
    if not acceptable_password(password):
        raise Refused(
            _(
                "A password needs at least %(n)s characters, and more than three different ones.",
                n=SHORTEST_PASSWORD,
            ),
            field="password",
        )
    if account_by_email(email) is not None:
        raise Refused(_("Somebody already signs in with this e-mail address."), field="email")
    account = Account(
        email=email,
        name=name.strip(),
        password=hash_password(password),
        active=True,
        fs_uniquifier=secrets.token_hex(32),
        created_at=clock.now(),
        roles=[_role(role)],
    )
    try:
        with db.session.begin_nested():
            db.session.add(account)
    except IntegrityError as error:
        raise Refused(_("Somebody already signs in with this e-mail address."), field="email") from error
    return account


def set_active(account_id: int, active: bool, actor_id: int) -> Account:
    """Let somebody in again, or shut them out at once (their sessions end too)."""
    account = db.session.get(Account, account_id)
    if account is None:
        raise Refused(_("This person does not exist."), status=404)
    if account.id == actor_id and not active:
        raise Refused(_("You cannot shut yourself out."))
    if not active and _is_last_admin(account):
        raise Refused(_("The shop needs at least one person who can do all."))
    account.active = active
    if not active:
        account.fs_uniquifier = secrets.token_hex(32)
    db.session.flush()
    return account


def audit(actor: str, action: str, target: str, details: dict[str, Any] | None = None) -> None:
    """Write down what somebody did, in the transaction that does it."""
    record = AuditRecord(
        at=clock.now(), actor=actor[:120], action=action[:60], target=target[:120], details=details or {}
    )
    db.session.add(record)


def _role(name: str) -> Role:
    role = db.session.scalar(select(Role).where(Role.name == name))
    if role is None:
        role = Role(name=name, description=ROLES[name])
        db.session.add(role)
    return role


def _is_last_admin(account: Account) -> bool:
    if not any(role.name == ADMIN for role in account.roles):
        return False
    others = (
        select(func.count())
        .select_from(Account)
        .join(AccountRole, AccountRole.account_id == Account.id)
        .join(Role, Role.id == AccountRole.role_id)
        .where(Role.name == ADMIN, Account.active, Account.id != account.id)
    )
    return not db.session.scalar(others)
