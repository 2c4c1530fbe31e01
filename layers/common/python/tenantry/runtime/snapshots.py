"""What an execution environment must not share with others that Lambda restores from the same snapshot.

With SnapStart, Lambda initializes a function once, keeps a snapshot of the process, and starts every
execution environment from it. Connections, credentials and copies of what may change stay out of the
snapshot, and pseudo-random numbers start anew. Ids and tokens are drawn from the operating system when they
are needed, so no snapshot holds them.
See https://docs.aws.amazon.com/lambda/latest/dg/snapstart-uniqueness.html
"""

import os
import random
from collections.abc import Callable
from typing import Final

IS_TAKEN: Final = os.environ.get("AWS_LAMBDA_INITIALIZATION_TYPE") == "snap-start"


def before_snapshot(forget: Callable[[], None]) -> Callable[[], None]:
    """Let a function run before the snapshot is taken, to forget what must not be in it; a decorator."""
    if IS_TAKEN:
        from snapshot_restore_py import register_before_snapshot  # noqa: PLC0415 - comes with the runtime

        register_before_snapshot(forget)
    return forget


if IS_TAKEN:
    from snapshot_restore_py import register_after_restore

    register_after_restore(random.seed)
