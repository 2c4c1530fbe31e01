"""PyJWT, without what it imports that no function uses.

`import jwt` brings a client that fetches keys over HTTP, and X.509 for keys in certificates: four fifths of
what it costs. Both are postponed until somebody uses them. (`importlib.util.LazyLoader` would run a package
as soon as one of its modules is imported.)
"""

import sys
from importlib import reload
from importlib.util import find_spec, module_from_spec
from threading import RLock
from typing import Any, Final

_postponed: Final[set[str]] = set()
_running: Final = RLock()  # threads that come while a module runs wait for it


def _postpone(name: str) -> None:
    """Let a module run when something is asked of it that is not there yet (PEP 562)."""
    spec = find_spec(name)
    if spec is None or name in sys.modules:
        return
    module = module_from_spec(spec)

    def run(attribute: str) -> Any:
        with _running:
            if name in _postponed:
                _postponed.remove(name)
                reload(module)
                vars(module).pop("__getattr__", None)
        if attribute not in vars(module):
            raise AttributeError(f"module {name!r} has no attribute {attribute!r}")
        return vars(module)[attribute]

    _postponed.add(name)
    vars(module)["__getattr__"] = run
    sys.modules[name] = module
    package, _, child = name.rpartition(".")
    if package:
        setattr(sys.modules[package], child, module)


_postpone("jwt")
_postpone("cryptography.x509")

from jwt.algorithms import OKPAlgorithm  # noqa: E402
from jwt.api_jwk import PyJWK  # noqa: E402
from jwt.api_jws import get_unverified_header  # noqa: E402
from jwt.api_jwt import decode, encode  # noqa: E402
from jwt.exceptions import PyJWTError  # noqa: E402

__all__ = ["OKPAlgorithm", "PyJWK", "PyJWTError", "decode", "encode", "get_unverified_header"]
