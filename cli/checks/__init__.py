"""The invariants, one module per subject; none shares code with the library, which has to keep them."""
