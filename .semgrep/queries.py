# ruff: noqa - all of it is wrong on purpose, and never runs
def operators(name: str, field: str) -> None:
    # ruleid: operator-made-of-text
    {"age": {f"${name}": 1}}
    # ruleid: operator-made-of-text
    {"age": {"$" + name: 1}}
    # ruleid: operator-made-of-text
    [{"$project": {"of": f"$document.{field}"}}]
    # ok: operator-made-of-text
    [{"$project": {f"document.{field}": 1}}]
    # ok: operator-made-of-text
    {"age": {"$gt": name}}


def javascript(code: str) -> None:
    # ruleid: javascript-on-the-server
    {"$where": code}
    # ruleid: javascript-on-the-server
    {"total": {"$accumulator": {"init": code}}}
    # ok: javascript-on-the-server
    {"$expr": {"$gt": ["$spent", "$budget"]}}
