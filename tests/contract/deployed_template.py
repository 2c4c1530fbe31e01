"""A template as CloudFormation sees it with given parameters: without conditions."""

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
        What the SAM transform has made.
    parameters : mapping
        Values of parameters that are not the default.
    """
    defaults = {name: each.get("Default", "given") for name, each in template["Parameters"].items()}
    values = defaults | dict(parameters)
    holds = {name: _holds(condition, template, values) for name, condition in template["Conditions"].items()}
    chosen = {
        section: {
            name: {key: _chosen(value, holds) for key, value in each.items() if key != "Condition"}
            for name, each in template[section].items()
            if holds.get(each.get("Condition"), True)
        }
        for section in ("Resources", "Outputs")
    }
    given = {name: each | {"Default": values[name]} for name, each in template["Parameters"].items()}
    unchanged = {name: part for name, part in template.items() if name != "Conditions"}
    return unchanged | chosen | {"Parameters": given}


def missing(template: Template) -> set[str]:
    """Return the logical ids that resources and outputs name and that do not exist."""
    existing = {*template["Resources"], *template["Parameters"]}
    found = {name for section in ("Resources", "Outputs") for name in named(template[section])}
    return {name for name in found if not name.startswith("AWS::")} - existing


def _holds(condition: Any, template: Template, values: Mapping[str, Any]) -> bool:
    ((function, argument),) = condition.items()
    match function:
        case "Condition":
            return _holds(template["Conditions"][argument], template, values)
        case "Fn::Not":
            return not _holds(argument[0], template, values)
        case "Fn::And":
            return all(_holds(each, template, values) for each in argument)
        case "Fn::Equals":
            one, other = (values[each["Ref"]] if isinstance(each, dict) else each for each in argument)
            return str(one) == str(other)
        case _:
            raise LookupError(function)


def _chosen(value: Any, holds: Mapping[str, bool]) -> Any:
    if isinstance(value, list):
        return [each for each in (_chosen(part, holds) for part in value) if each != OMITTED]
    if not isinstance(value, dict):
        return value
    if "Fn::If" in value:
        condition, one, other = value["Fn::If"]
        return _chosen(one if holds[condition] else other, holds)
    parts = {name: _chosen(part, holds) for name, part in value.items()}
    return {name: part for name, part in parts.items() if part != OMITTED}


def named(value: Any) -> Iterator[str]:
    """Yield the logical ids that a part of a template names."""
    if isinstance(value, list):
        for each in value:
            yield from named(each)
    elif isinstance(value, dict):
        for name, part in value.items():
            yield from _TARGETS[name](part) if name in _TARGETS else named(part)


def _of_sub(argument: Any) -> list[str]:
    text, variables = argument if isinstance(argument, list) else (argument, {})
    found = {name.partition(".")[0] for name in _VARIABLE.findall(text)} - variables.keys()
    return [*found, *named(variables)]


# The transform writes both in their long form.
_TARGETS: Final[Mapping[str, Callable[[Any], list[str]]]] = {
    "Ref": lambda argument: [argument],
    "DependsOn": lambda argument: [argument] if isinstance(argument, str) else argument,
    "Fn::GetAtt": lambda argument: argument[:1],
    "Fn::Sub": _of_sub,
}
