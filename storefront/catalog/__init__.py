"""What the shop sells: products, texts, variants, pictures, collections, prices, search."""
