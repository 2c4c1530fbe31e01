"""Documents as clients send and see them."""
