"""Modules of other packages that do not run before somebody uses them.

`importlib.util.LazyLoader` would run a package as soon as one of its modules is imported.
"""

import sys
from collections.abc import Mapping
from importlib import import_module, reload
from importlib.util import find_spec, module_from_spec
from threading import RLock
from types import MappingProxyType, ModuleType
from typing import Any, Final

_postponed: Final[set[str]] = set()
_running: Final = RLock()  # threads that come while a module runs wait for it
_NOTHING: Final[Mapping[str, str]] = MappingProxyType({})


def postpone(name: str, places: Mapping[str, str] = _NOTHING) -> None:
    """Let a module run when something is asked of it that is not there yet (PEP 562).

    Nothing changes if it has been imported already, or is not installed.

    Parameters
    ----------
    name : str
        The module.
    places : mapping of str to str, optional
        For what can be had without running the package: which of its modules it is from.
    """
    spec = find_spec(name)
    if spec is None or name in sys.modules:
        return
    module = module_from_spec(spec)

    def find(attribute: str) -> Any:
        if name in _postponed and attribute in places:
            return getattr(import_module(f"{name}.{places[attribute]}"), attribute)
        if name in _postponed and places and find_spec(f"{name}.{attribute}"):
            return import_module(f"{name}.{attribute}")
        _run(module)
        if attribute not in vars(module):
            raise AttributeError(f"module {name!r} has no attribute {attribute!r}")
        return vars(module)[attribute]

    vars(module)["__getattr__"] = find
    _postponed.add(name)
    sys.modules[name] = module
    package, _, child = name.rpartition(".")
    if package:
        setattr(sys.modules[package], child, module)


def _run(module: ModuleType) -> None:
    with _running:
        if module.__name__ in _postponed:
            _postponed.remove(module.__name__)
            reload(module)
            vars(module).pop("__getattr__", None)
