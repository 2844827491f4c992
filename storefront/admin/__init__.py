"""What staff see: task pages under /admin. Views only: they ask queries and call actions."""
