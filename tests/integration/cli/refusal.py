"""Restores that have to be refused."""

from pathlib import Path

from tests.support.command_line import tenantry
from tests.support.databases import Databases
from tests.support.forged_archive import ForgedArchive


def refused(databases: Databases, *arguments: str | Path, status: int = 1) -> str:
    """Run a restore that has to be refused without a trace, and return why."""
    before = databases.dump()
    result = tenantry("restore", *arguments)
    assert result.exit_code == status, result.output
    assert result.stderr.count("\n") == 1
    after = databases.dump()
    leases = f"{databases.master.name}.restorations"
    assert after.get(leases, {"documents": []})["documents"] == []
    assert before.get(leases, {"documents": []})["documents"] == []
    before |= {leases: after[leases]} if leases in after else {}
    assert after == before | {name: after[name] for name in after if name.startswith("system.")}
    return result.stderr.rstrip("\n")


def refused_as(databases: Databases, archive: ForgedArchive, path: Path, *options: str) -> str:
    """Write an archive, run a restore of it that has to be refused without a trace, and return why."""
    path.write_bytes(archive.sealed())
    return refused(databases, path, "--name", "Copy", *options)
