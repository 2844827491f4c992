"""A web shop for food supplements whose quality badges are computed from evidence."""
