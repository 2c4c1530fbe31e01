"""Why a move does not go on; the messages are for its operator."""


class MoveError(Exception):
    """Base of all that ends a move's work; the organization goes on at one place, with all its documents."""


class MoveRefused(MoveError):
    """The move cannot begin as the organization is; nothing changed."""


class MoveLost(MoveError):
    """The move is another process's by now, or over; what this process has not committed is taken back."""

    def __init__(self) -> None:
        super().__init__("Another process moves the organization by now, or the move has been cancelled")


class MoveImpossible(MoveError):
    """The organization's documents or indexes cannot be at this target; nothing is left of the move."""


class OutOfTime(MoveError):
    """The time that this process has for the move is over; another can go on from there."""
