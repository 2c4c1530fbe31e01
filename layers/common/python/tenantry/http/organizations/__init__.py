"""Organizations as clients send and see them."""
