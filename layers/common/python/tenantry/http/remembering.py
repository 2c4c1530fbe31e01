"""What Powertools computes from the code alone, but anew for each request: remembered from the first on."""

import sys
from functools import cache
from typing import Final

_REMEMBERED: Final = {
    # Signatures of routes and dependencies, which take longer to read than to resolve.
    "aws_lambda_powertools.event_handler.depends": ("get_type_hints", "build_dependency_tree"),
    # Whether a parameter of a route is a single value.
    "aws_lambda_powertools.event_handler.middlewares.openapi_validation": ("is_scalar_field",),
}


def remember() -> None:
    """Let the functions above remember what they return, in those modules of Powertools that are imported.

    That depends on nothing but the functions and fields that they are passed, and nobody changes it.
    """
    for name, functions in _REMEMBERED.items():
        module = sys.modules.get(name)
        for function in functions if module else ():
            original = getattr(module, function)
            if not hasattr(original, "cache_info"):
                setattr(module, function, cache(original))
