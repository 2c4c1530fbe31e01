"""A template as CloudFormation deploys it with given parameters: its conditions are decided."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

_VARIABLE: Final = re.compile(r"\$\{([\w:.]+)\}")
OMITTED: Final = {"Ref": "AWS::NoValue"}

Template = dict[str, Any]


def deployed(template: Template, parameters: Mapping[str, Any]) -> Template:
    """Decide every condition, choose between values, and leave out resources and outputs.

    Parameters
    ----------
    template : dict
        The output of the SAM transform.
    parameters : mapping
        Values of parameters that are not the default.
    """
    defaults = {name: parameter.get("Default", "given") for name, parameter in template["Parameters"].items()}
    values = defaults | dict(parameters)
    holds = {name: _holds(condition, template, values) for name, condition in template["Conditions"].items()}
    chosen = {
        section: {
            name: {key: _chosen(value, holds) for key, value in entry.items() if key != "Condition"}
            for name, entry in template[section].items()
            if holds.get(entry.get("Condition"), True)
        }
        for section in ("Resources", "Outputs")
    }
    given = {
        name: parameter | {"Default": values[name]} for name, parameter in template["Parameters"].items()
    }
    unchanged = {name: part for name, part in template.items() if name != "Conditions"}
    return unchanged | chosen | {"Parameters": given}


def missing(template: Template) -> set[str]:
    """Return the logical ids that resources and outputs name and that do not exist."""
    existing = {*template["Resources"], *template["Parameters"]}
    names = {name for section in ("Resources", "Outputs") for name in named(template[section])}
    return {name for name in names if not name.startswith("AWS::")} - existing


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


def _chosen(value: Any, holds: Mapping[str, bool]) -> Any:
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
