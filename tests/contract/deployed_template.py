"""A template as CloudFormation deploys it with given parameters: its conditions are decided."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

_VARIABLE: Final = re.compile(r"\$\{([\w:.]+)\}")
_SECTIONS: Final = ("Resources", "Outputs")
OMITTED: Final = {"Ref": "AWS::NoValue"}

Template = dict[str, Any]
Holds = Mapping[str, bool]


def deployed(template: Template, parameters: Mapping[str, Any]) -> Template:
    """Decide every condition, choose between values, and leave out resources and outputs.

    Parameters
    ----------
    template : dict
        The output of the SAM transform.
    parameters : mapping
        Values of parameters that are not the default.
    """
    values = _values(template, parameters)
    holds = conditions(template, parameters)
    chosen = {
        section: {
            name: _entry(entry, holds) for name, entry in template[section].items() if _exists(entry, holds)
        }
        for section in _SECTIONS
    }
    given = {
        name: parameter | {"Default": values[name]} for name, parameter in template["Parameters"].items()
    }
    unchanged = {name: part for name, part in template.items() if name != "Conditions"}
    return unchanged | chosen | {"Parameters": given}


def conditions(template: Template, parameters: Mapping[str, Any]) -> Holds:
    """Tell which conditions hold; parameters as of `deployed`."""
    values = _values(template, parameters)
    return {name: _holds(condition, template, values) for name, condition in template["Conditions"].items()}


class References:
    """What resources and outputs name: by the conditions that each looks at, which are few."""

    def __init__(self, template: Template) -> None:
        self._parameters = set(template["Parameters"])
        self._resources = template["Resources"]
        self._entries = [
            (entry, sorted(set(_looked_at(entry))))
            for section in _SECTIONS
            for entry in template[section].values()
        ]
        self._known: dict[tuple[int, tuple[bool, ...]], frozenset[str]] = {}

    def missing(self, holds: Holds) -> set[str]:
        """Return the logical ids that are named and do not exist if these conditions hold."""
        existing = {name for name, resource in self._resources.items() if _exists(resource, holds)}
        names = {
            name
            for number, (entry, _) in enumerate(self._entries)
            if _exists(entry, holds)
            for name in self._named(number, holds)
        }
        return {name for name in names if not name.startswith("AWS::")} - existing - self._parameters

    def _named(self, number: int, holds: Holds) -> frozenset[str]:
        entry, looked_at = self._entries[number]
        key = number, tuple(holds[name] for name in looked_at)
        if key not in self._known:
            self._known[key] = frozenset(named(_entry(entry, holds)))
        return self._known[key]


def _values(template: Template, parameters: Mapping[str, Any]) -> dict[str, Any]:
    defaults = {name: parameter.get("Default", "given") for name, parameter in template["Parameters"].items()}
    return defaults | dict(parameters)


def _exists(entry: Template, holds: Holds) -> bool:
    return holds.get(entry.get("Condition", ""), True)


def _entry(entry: Template, holds: Holds) -> Template:
    return {key: _chosen(value, holds) for key, value in entry.items() if key != "Condition"}


def _looked_at(value: Any) -> Iterator[str]:
    """Yield the conditions that choose between values."""
    if isinstance(value, list):
        for part in value:
            yield from _looked_at(part)
    elif isinstance(value, dict):
        for name, part in value.items():
            yield from [part[0], *_looked_at(part[1:])] if name == "Fn::If" else _looked_at(part)


def _holds(condition: Any, template: Template, values: Mapping[str, Any]) -> bool:
    ((function, argument),) = condition.items()
    match function:
        case "Condition":
            return _holds(template["Conditions"][argument], template, values)
        case "Fn::Not":
            return not _holds(argument[0], template, values)
        case "Fn::And":
            return all(_holds(part, template, values) for part in argument)
        case "Fn::Equals":
            first, second = (values[side["Ref"]] if isinstance(side, dict) else side for side in argument)
            return str(first) == str(second)
        case _:
            raise LookupError(function)


def _chosen(value: Any, holds: Holds) -> Any:
    if isinstance(value, list):
        return [part for part in (_chosen(part, holds) for part in value) if part != OMITTED]
    if not isinstance(value, dict):
        return value
    if "Fn::If" in value:
        condition, when_true, when_false = value["Fn::If"]
        return _chosen(when_true if holds[condition] else when_false, holds)
    parts = {name: _chosen(part, holds) for name, part in value.items()}
    return {name: part for name, part in parts.items() if part != OMITTED}


def named(value: Any) -> Iterator[str]:
    """Yield the logical ids that a part of a template names."""
    if isinstance(value, list):
        for part in value:
            yield from named(part)
    elif isinstance(value, dict):
        for name, part in value.items():
            yield from _TARGETS[name](part) if name in _TARGETS else named(part)


def _of_sub(argument: Any) -> list[str]:
    text, variables = argument if isinstance(argument, list) else (argument, {})
    names = {name.partition(".")[0] for name in _VARIABLE.findall(text)} - variables.keys()
    return [*names, *named(variables)]


# The transform writes both in their long form.
_TARGETS: Final[Mapping[str, Callable[[Any], list[str]]]] = {
    "Ref": lambda argument: [argument],
    "DependsOn": lambda argument: [argument] if isinstance(argument, str) else argument,
    "Fn::GetAtt": lambda argument: argument[:1],
    "Fn::Sub": _of_sub,
}
