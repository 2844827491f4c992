"""Customers and staff: roles, permissions, the sign-in datastore and the audit log."""
