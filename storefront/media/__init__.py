"""Uploaded pictures and our own drawings, stored as immutable files."""
