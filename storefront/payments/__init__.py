"""Payments: providers, attempts, settling, refunds."""
