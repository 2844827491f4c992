"""VAT rates, shipping methods, and the one function for every total."""
