"""Who may do what: admin may do all; marketer what carries the mark of a marketer."""

from __future__ import annotations

from collections.abc import Collection

ADMIN = "admin"
MARKETER = "marketer"
ROLES = {
    ADMIN: "Can do all",
    MARKETER: "Writes articles and links them to products",
}

# The permissions of the core. Plugins bring their own through the hook `permissions`.
ORDERS = "orders"
PRODUCTS = "products"
EVIDENCE = "evidence"
PAGES = "pages"
SETTINGS = "settings"
STAFF = "staff"

SHORTEST_PASSWORD = 12
LONGEST_PASSWORD = 200


def may(roles: Collection[str], permission: str, for_marketers: Collection[str] = ()) -> bool:
    """True when somebody with these roles may do what `permission` names.

    for_marketers: the permissions, of plugins above all, that are open to the role marketer.
    """
    if ADMIN in roles:
        return True
    return MARKETER in roles and permission in for_marketers


def acceptable_password(password: str) -> bool:
    """True for a password that may be set: long enough, not endless, not one character repeated."""
    return SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD and len(set(password)) > 3
