"""Who is calling: accounts, their addresses, logins and memberships, and the mails that they get."""
