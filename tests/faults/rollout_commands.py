"""The database commands of the operations on roll-outs; see `commands`."""

from collections.abc import Mapping
from typing import Final

from tests.faults.notation import RECORD, transaction

_FIND: Final = "find rollouts"
_CHANGE: Final = transaction("update rollouts", *RECORD)
_TAKE: Final = (_FIND, "findAndModify rollouts", *["aggregate organizations"] * 2)
_BEGIN_WITH_EACH: Final = ("find organizations", _FIND, _FIND, "find organizations")
_OPEN: Final = ("listCollections", "find organizations")
_NONE_IS_LEFT: Final = ("find organizations", "find organizations")
_COUNT_IN_POOL: Final = transaction("update rollouts", "update clusters")
_LET_GO: Final = ("update rollouts", _FIND)

_END: Final = transaction("findAndModify organizations", "update organizations")
_FINISH: Final = (*_NONE_IS_LEFT, *_CHANGE, *_LET_GO, *["aggregate organizations"] * 3)
_END_UNDOING: Final = (*_CHANGE, *_LET_GO, *["aggregate organizations"] * 2)

OF_ROLL_OUTS: Final[Mapping[str, tuple[str, ...]]] = {
    "begin-roll-out": (
        _FIND,
        "aggregate rollouts",
        _FIND,
        _FIND,
        "create trial_ in transaction",
        "createIndexes trial_ in transaction",
        "abortTransaction in transaction",
        "aggregate organizations",
        "find clusters",
        *transaction("insert rollouts", *RECORD),
        _FIND,
        _FIND,
    ),
    "pause-roll-out": (*_CHANGE, _FIND),
    "resume-roll-out": (_FIND, "update organizations", *_CHANGE, _FIND),
    "withdraw-roll-out": (_FIND, *_CHANGE, _FIND),
    "roll-out": (
        "update organizations",
        *_TAKE,
        *_BEGIN_WITH_EACH,
        *transaction("findAndModify organizations", "update clusters"),
        *_OPEN,
        "listIndexes org_alpha",
        *_OPEN,
        "update organizations",
        "createIndexes org_alpha",
        *_END,
        *_FINISH,
    ),
    "roll-out-in-pool": (
        "update organizations",
        *_TAKE,
        *_BEGIN_WITH_EACH,
        *_COUNT_IN_POOL,
        "createIndexes pool_0",
        *transaction("findAndModify organizations"),
        "listIndexes pool_0",
        "update organizations",
        *_END,
        *_FINISH,
    ),
    "roll-back": (
        *_TAKE,
        *_BEGIN_WITH_EACH,
        "findAndModify organizations",
        *_OPEN,
        "dropIndexes org_alpha",
        *transaction("findAndModify organizations", "update clusters", "update organizations"),
        *_NONE_IS_LEFT,
        _FIND,
        *_END_UNDOING,
    ),
    "roll-back-in-pool": (
        *_TAKE,
        *_BEGIN_WITH_EACH,
        "findAndModify organizations",
        "dropIndexes pool_0",
        *_END,
        *_NONE_IS_LEFT,
        _FIND,
        "dropIndexes pool_0",
        *_COUNT_IN_POOL,
        *_END_UNDOING,
    ),
}
