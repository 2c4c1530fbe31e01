"""What a command of a tenant may hold, whichever way its documents lie."""
