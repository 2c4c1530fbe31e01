"""How the service as a whole is doing, for whoever operates it."""
