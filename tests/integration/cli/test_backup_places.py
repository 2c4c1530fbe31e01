"""`tenantry backup` and `restore` with pipes, devices, links and standard output.

They are written to or refused, and never replaced; so no test names one that the machine needs.
"""

import contextlib
import json
import os
import pty
import shlex
import socket
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pymongo.errors import OperationFailure

from cli.backups import archive, storage
from tenantry.identity.members import Membership
from tenantry.runtime import server_errors
from tests.support import library
from tests.support.command_line import tenantry, tenantry_json
from tests.support.databases import Databases
from tests.support.mongodump import read_backup

pytestmark = pytest.mark.usefixtures("google")

TENANTRY = f"{shlex.quote(sys.executable)} -c 'from cli.app import main; main()'"


def shell(command: str) -> subprocess.CompletedProcess[bytes]:
    """Run a command in which `tenantry` stands for the real one, in a process of its own."""
    script = f'set -o pipefail; tenantry() {{ {TENANTRY} "$@"; }}; {command}'
    return subprocess.run(["/bin/bash", "-c", script], capture_output=True, timeout=60, check=False)


def test_standard_output_is_the_archive_and_nothing_else(databases: Databases, tmp_path: Path) -> None:
    path = tmp_path / "google.archive"
    done = shell(f"tenantry backup google --json -o - > {path}")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stderr)["bytes"] == path.stat().st_size
    assert len(read_backup(path)[2]) == 200


def test_pipe_from_backup_to_restore(databases: Databases) -> None:
    done = shell("tenantry backup google -o /dev/fd/1 | tenantry restore - --name Copy")
    assert done.returncode == 0, done.stderr
    assert b"Backed up google" in done.stderr
    assert done.stdout.startswith(b"Restored copy (")
    assert databases.tenants["org_copy"].count_documents({}) == 200
    databases.check_invariants()


def test_standard_input_that_ends_early_changes_nothing(databases: Databases, path: Path) -> None:
    before = databases.fingerprint()
    done = shell(f"head -c -1 {path} | tenantry restore - --name Copy")
    assert done.returncode == 1
    assert done.stderr.startswith(b"standard input is damaged or incomplete; nothing was changed")
    assert databases.fingerprint() == before


def test_reader_that_goes_away(databases: Databases) -> None:
    databases.tenants["org_google"].insert_one({"data": bytes(1_000_000)})
    done = shell("set +o pipefail; (tenantry backup google -o - ; echo $? >&2) | head -c 10")
    assert done.stderr == b"standard output cannot be written: Broken pipe\n2\n"


def test_terminal_is_refused(databases: Databases) -> None:
    parent, child = pty.openpty()
    try:
        result = tenantry("backup", "google", "-o", os.ttyname(child))
        assert (result.exit_code, result.stderr[-14:]) == (2, "is a terminal\n")
        result = tenantry("restore", os.ttyname(child))
        assert (result.exit_code, result.stderr[-14:]) == (2, "is a terminal\n")
    finally:
        os.close(parent)
        os.close(child)


def test_pipe_with_a_name_is_written_to_and_read(databases: Databases, tmp_path: Path) -> None:
    pipe, copy = tmp_path / "pipe", tmp_path / "copy"
    os.mkfifo(pipe)
    end = os.open(pipe, os.O_RDWR | os.O_NONBLOCK)  # holds more than the archive is long
    tenantry_json("backup", "google", "-o", pipe)
    assert stat.S_ISFIFO(pipe.stat().st_mode)
    copy.write_bytes(os.read(end, 65536))
    os.close(end)
    assert len(read_backup(copy)[2]) == 200
    writing = subprocess.Popen(["/bin/sh", "-c", f"cat {copy} > {pipe}"])
    try:
        assert tenantry_json("restore", pipe, "--name", "Copy")["documents"] == 200
    finally:
        writing.kill()
        writing.wait()
    databases.check_invariants()


def make_device(path: Path, minor: int) -> Path:
    try:
        os.mknod(path, stat.S_IFCHR | 0o600, os.makedev(1, minor))
        path.write_bytes(b"")
    except PermissionError:
        pytest.skip("only root makes device nodes, and not everywhere")
    return path


@pytest.fixture
def device(tmp_path: Path) -> Path:
    """A device that takes everything, as /dev/null does."""
    return make_device(tmp_path / "null", 3)


def test_device_is_written_to(device: Path) -> None:
    before = device.stat()
    link = device.with_name("link")
    link.symlink_to(device)
    for place in (device, link):
        assert tenantry_json("backup", "google", "-o", place)["bytes"] > 1000
    after = device.stat()
    assert (after.st_mode, after.st_rdev, after.st_ino) == (before.st_mode, before.st_rdev, before.st_ino)
    assert link.is_symlink()


def test_device_that_is_full(databases: Databases, tmp_path: Path) -> None:
    full = make_device(tmp_path / "full", 7)
    result = tenantry("backup", "google", "-o", full)
    assert result.exit_code == 2
    assert result.stderr == f"{full} cannot be written: No space left on device\n"
    assert stat.S_ISCHR(full.stat().st_mode)


def identities(directory: Path) -> dict[str, tuple[int, int, int]]:
    """Return what stands in a directory: kind, inode and time of the last change."""
    statuses = {entry.name: entry.lstat() for entry in directory.iterdir()}
    return {name: (status.st_mode, status.st_ino, status.st_mtime_ns) for name, status in statuses.items()}


def link(path: Path) -> None:
    path.with_name("target").write_text("the one before")
    path.symlink_to(path.with_name("target"))


def dangling(path: Path) -> None:
    path.symlink_to(path.with_name("missing"))


def bind(path: Path) -> None:
    with contextlib.chdir(path.parent), socket.socket(socket.AF_UNIX) as listening:
        listening.bind(path.name)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (link, "is a symbolic link; name what it leads to"),
        (dangling, "is a symbolic link; name what it leads to"),
        (bind, "is a socket"),
        (Path.mkdir, "is a directory"),
    ],
)
def test_what_is_no_regular_file_is_not_replaced(
    tmp_path: Path, make: Callable[[Path], None], message: str
) -> None:
    path = tmp_path / "place"
    make(path)
    before = identities(tmp_path)
    result = tenantry("backup", "google", "-o", path)
    assert (result.exit_code, result.stderr) == (2, f"{path} cannot be written: {message}\n")
    assert identities(tmp_path) == before


def test_link_that_appears_meanwhile_is_not_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "google.archive"
    encode = archive.encode

    def linking(*arguments: Any) -> Any:
        yield from encode(*arguments)
        link(path)

    monkeypatch.setattr(archive, "encode", linking)
    result = tenantry("backup", "google", "-o", path)
    assert (result.exit_code, "is a symbolic link" in result.stderr) == (2, True)
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["google.archive", "target"]
    assert path.read_text() == "the one before"


def test_rename_behind_the_first_byte_of_what_is_passed_on(
    google: Membership, device: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A second attempt would put another archive behind the beginning of the first."""
    encode = archive.encode

    def interrupted(*arguments: Any) -> Any:
        yield next(encode(*arguments))
        library.rename(google, "Alphabet")
        raise OperationFailure("the collection was renamed", server_errors.QUERY_PLAN_KILLED)

    monkeypatch.setattr(archive, "encode", interrupted)
    result = tenantry("backup", "google", "-o", device)
    assert result.exit_code == 1
    assert result.stderr.startswith("The organization was renamed while it was backed up, and what has been")


@pytest.mark.parametrize("name", ["-", "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"])
def test_names_of_standard_output(name: str) -> None:
    assert storage.is_standard_output(name)


def test_option_for_an_owner_without_one(path: Path) -> None:
    result = tenantry("restore", path, "--name", "Copy", "--even-though-younger")
    assert result.exit_code == 2
    assert "is for --owner ACCOUNT_ID" in result.stderr
