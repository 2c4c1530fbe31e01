"""Mail: what is to be sent waits in the master database, and one function sends it."""
