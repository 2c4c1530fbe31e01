"""How a tenant's documents lie: in a collection of its own, or as a share of a pool."""
