"""The countries that a parcel can go to: those of the European Union, whose VAT the shop can charge."""

from __future__ import annotations

HOME = "NL"  # where the shop is, and sends from
COUNTRIES = (
    *(HOME, "BE", "DE", "AT", "BG", "CY", "CZ", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU"),
    *("IE", "IT", "LT", "LU", "LV", "MT", "PL", "PT", "RO", "SE", "SI", "SK"),
)
ABROAD = tuple(country for country in COUNTRIES if country != HOME)
