"""Lets Python look names up at NAME_SERVER instead of where /etc/resolv.conf says.

Python imports a module of this name when it starts: https://docs.python.org/3/library/site.html. dnspython
itself is imported by whoever needs it, from where they find it.
"""

import os
import sys
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType
from typing import Any

NAME_SERVER = os.environ.get("NAME_SERVER", "")


class ResolverFinder(MetaPathFinder):
    """Finds `dns.resolver` where it is, and redirects it once it is loaded."""

    def find_spec(self, name: str, path: Any, target: ModuleType | None = None) -> ModuleSpec | None:
        if name != "dns.resolver":
            return None
        spec = PathFinder.find_spec(name, path)
        if spec is not None and spec.loader is not None:
            _redirect_after(spec.loader)
        return spec


def _redirect_after(loader: Loader) -> None:
    load = loader.exec_module

    def load_and_redirect(module: Any) -> None:
        load(module)
        host, _, port = NAME_SERVER.rpartition(":")
        resolver = module.Resolver(configure=False)
        resolver.nameservers, resolver.port = [host], int(port)
        module.default_resolver = resolver
        module.override_system_resolver(resolver)  # so that sockets look names up there, too

    loader.exec_module = load_and_redirect  # type: ignore[method-assign]


if NAME_SERVER:
    sys.meta_path.insert(0, ResolverFinder())
