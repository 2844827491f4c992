"""Where the sign-in library finds accounts and roles."""

from __future__ import annotations

from flask_security import SQLAlchemyUserDatastore

from storefront.accounts.models import Account, Role
from storefront.database import db

datastore = SQLAlchemyUserDatastore(db, Account, Role)
