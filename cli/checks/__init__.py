"""The invariants, one module per kind of thing; none shares code with the library that must keep them."""
