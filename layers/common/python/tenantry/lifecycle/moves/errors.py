"""Why a move does not continue; the messages are for its operator."""


class MoveError(Exception):
    """Base of all that ends a move's work; all documents of the organization stay in use at one place."""


class MoveRefused(MoveError):
    """The move cannot begin as the organization is; nothing changed."""


class MoveLost(MoveError):
    """Another process holds the move, or the move is over; what was not committed is taken back."""

    def __init__(self) -> None:
        super().__init__("Another process moves the organization by now, or the move has been cancelled")


class MoveImpossible(MoveError):
    """The organization's documents or indexes cannot be at this target; nothing remains of the move."""


class OutOfTime(MoveError):
    """The time that this process has for the move is over; another process can continue from there."""
