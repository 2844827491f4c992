"""The pages that a shop must have, and the words of the home page."""
