"""Which user of this machine is at the other end of a connection, where the operating system tells.

Linux does, in tables of all sockets of IP (https://man7.org/linux/man-pages/man5/proc_pid_net.5.html).
"""

import os
import socket
import sys
from pathlib import Path
from typing import Final

# A program that speaks IPv6 alone connects to 127.0.0.1 as ::ffff:127.0.0.1.
TABLES: Final = {Path("/proc/net/tcp"): "", Path("/proc/net/tcp6"): "00000000000000000000FFFF"}
ESTABLISHED: Final = "01"
ROOT: Final = 0

Address = tuple[str, int]
"""An address of IPv4, and a port."""


def is_of_another_user(peer: Address, here: Address) -> bool:
    """Tell whether the other end of a connection within this machine may be another user's.

    Where the system does not tell whose connections are, it is taken for this user's. Root is no other user:
    it could do the same in the operator's name. An end that is closed already may be anybody's, since Linux
    lists it without its user.

    Parameters
    ----------
    peer : Address
        Of the other end.
    here : Address
        Of this end.
    """
    tables = [table for table in TABLES if table.exists()]
    return bool(tables) and _user_of(tables, peer, here) not in {ROOT, os.getuid()}


def _user_of(tables: list[Path], peer: Address, here: Address) -> int | None:
    for table in tables:
        wanted = [_written(TABLES[table], peer), _written(TABLES[table], here), ESTABLISHED]
        for line in table.read_text("ascii").splitlines():
            cells = line.split()
            if cells[1:4] == wanted:
                return int(cells[7])
    return None


def _written(prefix: str, address: Address) -> str:
    """Return an address as the tables have it: words of 32 bits, each a number of this machine."""
    octets = bytes.fromhex(prefix) + socket.inet_aton(address[0])
    words = (int.from_bytes(octets[start : start + 4], sys.byteorder) for start in range(0, len(octets), 4))
    return f"{''.join(f'{word:08X}' for word in words)}:{address[1]:04X}"
