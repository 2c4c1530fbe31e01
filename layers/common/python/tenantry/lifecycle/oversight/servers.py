"""Looking at the MongoDB servers of one cluster: connection, encryption, version, settings, clock, load."""

import time
from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

from pymongo import MongoClient
from pymongo.errors import PyMongoError

from tenantry.errors import TenantryError
from tenantry.lifecycle.oversight.encryption import examine_encryption
from tenantry.lifecycle.oversight.findings import Finding, failed, guarded, judged, reason_of, warning
from tenantry.registry import clusters
from tenantry.runtime import moments
from tenantry.runtime.mongodb import Document

TESTED: Final = ((6, 0), (7, 0), (8, 0))  # docs/mongodb.md
SLOW_SECONDS: Final = 0.1  # of a round trip; a login makes about ten
SKEW_SECONDS: Final = 5  # leases last 10 s and more, and tokens 15 minutes
LAG_SECONDS: Final = 20  # the server writes to its log at least every 10 s
TRANSACTION_SECONDS: Final = 10
CONNECTIONS_PERCENT: Final = 80
# https://www.mongodb.com/docs/v6.0/tutorial/manage-journaling/: with this engine, members of replica sets
# cannot do without a journal.
ENGINE: Final = "wiredTiger"


def examine(cluster: str) -> Iterator[Finding]:
    """Yield what is found of a cluster's servers; one finding if none can be reached."""
    check, started = f"connection {cluster}", time.monotonic()
    try:
        client = clusters.cluster_client(cluster)
        _hello(client)  # connects
        connected_in, asked_at, began = time.monotonic() - started, moments.now(), time.monotonic()
        hello = _hello(client)
        round_trip = time.monotonic() - began
    except (PyMongoError, TenantryError) as error:
        advice = "look at the connection string, the network (access list, VPC, DNS) and the user's password"
        yield failed(check, reason_of(error), advice)
        return
    yield judged(
        check,
        f"reached in {1000 * connected_in:.0f} ms, a round trip takes {1000 * round_trip:.1f} ms",
        "let the functions, or this machine, run in the region of the cluster",
        is_well=round_trip < SLOW_SECONDS,
    )
    yield from guarded(f"encryption {cluster}", lambda: examine_encryption(cluster, client))
    yield from guarded(f"version {cluster}", lambda: _version(cluster, client))
    yield from _replica_set(cluster, hello)
    yield _clock(cluster, hello["localTime"], asked_at, round_trip)
    yield from guarded(f"settings {cluster}", lambda: _settings(cluster, client))
    yield from guarded(f"journal {cluster}", lambda: _journal(cluster, client))
    yield from guarded(f"load {cluster}", lambda: _load(cluster, client))


def _hello(client: MongoClient[Document]) -> Document:
    return _run(client, {"hello": 1})


def _run(client: MongoClient[Document], command: Document) -> Document:
    reply: Document = client.admin.command(command, codec_options=client.codec_options)
    return reply


def _version(cluster: str, client: MongoClient[Document]) -> Iterator[Finding]:
    version: str = _run(client, {"buildInfo": 1})["version"]
    release = tuple(int(part) for part in version.split(".")[:2])
    tested = ", ".join(f"{major}.{minor}" for major, minor in TESTED)
    check, found = f"version {cluster}", f"MongoDB {version}"
    if release < TESTED[0]:
        yield failed(check, found, f"upgrade to one of {tested}; older ones lack what Tenantry relies on")
    else:
        advice = f"Tenantry is tested with {tested}; see docs/mongodb.md"
        yield judged(check, found, advice, is_well=release in TESTED)
    parameter = _run(client, {"getParameter": 1, "featureCompatibilityVersion": 1})
    compatible: Document = parameter["featureCompatibilityVersion"]
    yield judged(
        f"feature compatibility {cluster}",
        compatible["version"],
        f"once you will not go back, setFeatureCompatibilityVersion to {release[0]}.{release[1]}",
        is_well=compatible["version"] == f"{release[0]}.{release[1]}" and "targetVersion" not in compatible,
    )


def _replica_set(cluster: str, hello: Document) -> Iterator[Finding]:
    check = f"replica set {cluster}"
    name, hosts = hello.get("setName"), hello.get("hosts", [])
    if hello.get("msg") == "isdbgrid":
        yield warning(check, "a sharded cluster", "use a replica set; Tenantry is not tested with shards")
        return
    if name is None or "logicalSessionTimeoutMinutes" not in hello:
        yield failed(
            check, "none, so there are no transactions", "start mongod with --replSet and initiate it"
        )
        return
    is_writable = bool(hello.get("isWritablePrimary"))
    found = f"{name}: {len(hosts)} members, {'the primary answers' if is_writable else 'no primary answers'}"
    advice = "name the replica set in the connection string, and look why there is no primary"
    yield judged(check, found, advice, is_well=is_writable, otherwise="failed")
    yield _majority(cluster, hello)


def _majority(cluster: str, hello: Document) -> Finding:
    last = hello.get("lastWrite", {})
    lag = (last["lastWriteDate"] - last["majorityWriteDate"]).total_seconds() if last else 0
    return judged(
        f"majority {cluster}",
        f"has confirmed all but the last {lag:.0f} s of writes" if lag else "has confirmed the latest write",
        "look at the replica set's members (rs.status()): the majority is away, and writes wait for it",
        is_well=lag < LAG_SECONDS,
        otherwise="failed",
    )


def _clock(cluster: str, server: datetime, asked_at: datetime, round_trip: float) -> Finding:
    skew = max(abs((server - asked_at).total_seconds()) - round_trip, 0)
    return judged(
        f"clock {cluster}",
        f"{skew:.1f} s apart from this process's",
        "set the clocks of both machines (NTP): leases, tokens and expiry rely on them",
        is_well=skew < SKEW_SECONDS,
    )


def _settings(cluster: str, client: MongoClient[Document]) -> Iterator[Finding]:
    parameters = _run(
        client, {"getParameter": 1, "transactionLifetimeLimitSeconds": 1, "ttlMonitorEnabled": 1}
    )
    seconds = parameters["transactionLifetimeLimitSeconds"]
    yield judged(
        f"transaction lifetime {cluster}",
        f"{seconds} s",
        f"set transactionLifetimeLimitSeconds={TRANSACTION_SECONDS}, so that a killed function locks what it "
        'touched for a shorter time (docs/mongodb.md, "Settings of the server")',
        is_well=seconds <= TRANSACTION_SECONDS,
    )
    yield judged(
        f"expiry {cluster}",
        "ttlMonitorEnabled" if parameters["ttlMonitorEnabled"] else "ttlMonitorEnabled is false",
        "set ttlMonitorEnabled=true, or sessions, counters, mails and ended keys pile up",
        is_well=bool(parameters["ttlMonitorEnabled"]),
    )


def _journal(cluster: str, client: MongoClient[Document]) -> Iterator[Finding]:
    engine: Document = status_of(client)["storageEngine"]
    is_durable = engine["name"] == ENGINE and bool(engine["persistent"])
    check, advice = f"journal {cluster}", f"use the storage engine {ENGINE}: data is lost with the process"
    if not is_durable:
        yield failed(check, f"{engine['name']} has none", advice)
        return
    is_waited_for = _run(client, {"replSetGetConfig": 1})["config"]["writeConcernMajorityJournalDefault"]
    yield judged(
        check,
        f"{ENGINE}, and the majority {'waits' if is_waited_for else 'does not wait'} for it",
        "set writeConcernMajorityJournalDefault to true (rs.reconfig), or changes are lost with the power",
        is_well=bool(is_waited_for),
        otherwise="failed",
    )


def _load(cluster: str, client: MongoClient[Document]) -> Iterator[Finding]:
    connections: dict[str, Any] = status_of(client)["connections"]
    used, most = connections["current"], connections["current"] + connections["available"]
    yield judged(
        f"connections {cluster}",
        f"{used} of {most}",
        "lower ReservedConcurrency, or take a larger tier",
        is_well=100 * used < CONNECTIONS_PERCENT * most,
    )


def status_of(client: MongoClient[Document]) -> Document:
    """Return the server's own figures without those that take it long to gather."""
    return _run(client, {"serverStatus": 1} | dict.fromkeys(_LEFT_OUT, 0))


_LEFT_OUT: Final = ("wiredTiger", "metrics", "locks", "tcmalloc", "repl", "catalogStats", "indexStats")
