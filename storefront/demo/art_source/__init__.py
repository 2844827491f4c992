"""How the demo shop's pictures are drawn. Needed only to draw them again, never by the shop."""
