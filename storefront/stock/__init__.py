"""What is there to sell: lots, stock levels, and the ledger of movements."""
