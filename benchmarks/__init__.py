"""What pages cost: `make bench` prints it, no test asserts it."""
