"""What can be bought now: product, price, stock word and badges for a whole list in one call."""
