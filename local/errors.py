"""The error whose message is the whole story for the person at the terminal."""


class LocalStackError(Exception):
    """The local stack cannot go on; the message says why and what to do."""
