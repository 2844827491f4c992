"""The cart: lines in a signed cookie, and their prices of now."""
