"""Who is calling: accounts and their passwords, logins and sessions, and tokens."""
