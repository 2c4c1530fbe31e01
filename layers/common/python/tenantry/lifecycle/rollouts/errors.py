"""Why a roll-out does not go on; the messages are for its operator."""


class RolloutError(Exception):
    """Base of all that ends the work on a roll-out; another process can go on with it."""


class RolloutBusy(RolloutError):
    """Another process works on the roll-out, or did a moment ago; nothing changed."""

    def __init__(self) -> None:
        super().__init__("Another process works on this roll-out, or did a moment ago; try again later")


class RolloutLost(RolloutError):
    """Another process works on the roll-out by now; what this one has done is noted."""

    def __init__(self) -> None:
        super().__init__("This process stood still for so long that another one works on the roll-out by now")
