"""E-mail addresses: how they are written, what verifies one, and how an account gets another."""
