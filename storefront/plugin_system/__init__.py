"""Plugins: the hooks, finding them, calling them."""
