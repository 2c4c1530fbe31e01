"""Modules of other packages that do not run before somebody uses them.

`importlib.util.LazyLoader` would run a package as soon as one of its modules is imported.
"""

import sys
from collections.abc import Mapping
from contextlib import suppress
from functools import cache
from importlib import import_module, reload
from importlib.util import find_spec, module_from_spec, resolve_name
from threading import RLock
from types import MappingProxyType, ModuleType
from typing import Any, Final

_postponed: Final[set[str]] = set()
_running: Final = RLock()  # threads that come while a module runs wait for it
_NOTHING: Final[Mapping[str, str]] = MappingProxyType({})


def postpone(name: str, places: Mapping[str, str] = _NOTHING) -> None:
    """Let a module run when something is asked of it that is not there yet (PEP 562).

    For a name that a package imports from one of its modules, this module alone is imported. Whoever asks may
    be another one of them, which is being imported, and running the package would import it once more.

    Nothing changes if it has been imported already, or is not installed.

    Parameters
    ----------
    name : str
        The module.
    places : mapping of str to str, optional
        From which of its modules names are that every start asks for; else its source has to be read.
    """
    spec = find_spec(name)
    if spec is None or name in sys.modules:
        return
    module = module_from_spec(spec)

    def find(attribute: str) -> Any:
        with suppress(AttributeError):
            return _find_in_its_modules(name, attribute, places)
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


def _find_in_its_modules(name: str, attribute: str, places: Mapping[str, str]) -> Any:
    """Return what can be had without running a package, or raise AttributeError."""
    if attribute in places:
        return getattr(import_module(f"{name}.{places[attribute]}"), attribute)
    if name in _postponed and places and find_spec(f"{name}.{attribute}"):
        return import_module(f"{name}.{attribute}")
    place = _imports(name).get(attribute)
    if place is None:
        raise AttributeError
    return getattr(import_module(place), attribute)


@cache
def _imports(name: str) -> Mapping[str, str]:
    """Return what a package imports from its own modules, and from which, as its source says."""
    import ast  # noqa: PLC0415 - functions that ask for nothing but `places` need not pay

    loader: Any = sys.modules[name].__loader__
    found: dict[str, str] = {}
    for statement in ast.parse(loader.get_source(name) or "").body:
        if isinstance(statement, ast.ImportFrom):
            place = resolve_name("." * statement.level + (statement.module or ""), name)
            if place.startswith(f"{name}."):
                found |= {alias.name: place for alias in statement.names if alias.asname is None}
    return found


def _run(module: ModuleType) -> None:
    with _running:
        if module.__name__ in _postponed:
            _postponed.remove(module.__name__)
            reload(module)
            vars(module).pop("__getattr__", None)
