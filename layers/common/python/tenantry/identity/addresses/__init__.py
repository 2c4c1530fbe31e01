"""E-mail addresses: how they are written, who has proved one, and how an account gets another."""
