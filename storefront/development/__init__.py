"""Tools that production never has: written mails, quick sign-in, the shop as on another date."""
