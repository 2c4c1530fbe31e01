"""Which cases run with every change, and which do with FAULTS=all alone."""

import os
from typing import Final

ALL: Final = os.environ.get("FAULTS") == "all"
