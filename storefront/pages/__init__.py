"""The pages that a shop must have: delivery, returns, terms and the like."""
