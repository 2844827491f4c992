"""The demo shop: data, texts and drawings of our own."""
