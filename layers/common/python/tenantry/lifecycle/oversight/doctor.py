"""Whether everything that a deployment needs of its databases is as it has to be, and what to do if not."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from tenantry.identity.keys import public_keys
from tenantry.lifecycle.oversight import readiness, rolling_out, servers, waiting
from tenantry.lifecycle.oversight.findings import Finding, failed, guarded, judged, ok, warning
from tenantry.registry import clusters, issuer, schema, schema_differences
from tenantry.runtime import moments

SET_UP: Final = "run `tenantry setup-database` as an administrator"
KEY_AGE: Final = timedelta(days=31)  # a rotation is due every 30 days, at any time of the day
NEARLY_FULL_PERCENT: Final = 80


def examine(expected_issuer: str | None = None) -> Iterator[Finding]:
    """Yield what is found of the servers of all clusters and of the master database, changing nothing.

    It takes about fifty commands, each bounded by the time limits of requests.

    Parameters
    ----------
    expected_issuer : str, optional
        The issuer that the master database has to belong to; any, if left out.
    """
    of_main = list(servers.examine(clusters.MAIN))
    yield from of_main
    if len(of_main) == 1:  # it cannot be reached
        return
    yield from guarded("writes", _writes)
    yield from guarded("schema", _schema)
    yield from guarded("issuer", lambda: _issuer(expected_issuer))
    yield from guarded("signing key", lambda: _signing_key(expected_issuer))
    yield from guarded("capacity", _capacity)
    yield from guarded("waiting", _waiting)
    yield from guarded("roll-outs", _rollouts)
    # The last, for one that is away may use up the time of a request.
    yield from guarded("further clusters", _further_clusters)


def _further_clusters() -> Iterator[Finding]:
    for cluster in clusters.names()[1:]:
        yield from servers.examine(cluster)


def _writes() -> Iterator[Finding]:
    readiness.is_writable()
    yield ok("writes", "the majority confirms them")


def _schema() -> Iterator[Finding]:
    differences = schema_differences.find()
    number = sum(map(len, schema.INDEXES.values())) + len(schema.VIEWS)
    if len(differences.missing) == number:
        yield failed("schema", "nothing is set up", SET_UP)
        return
    if not differences:
        yield ok("schema", f"all {number} indexes and views")
    if differences.missing:
        yield failed("schema", f"missing: {', '.join(differences.missing)}", SET_UP)
    if differences.different:
        advice = "drop these indexes and then " + SET_UP + ", which updates views by itself"
        yield failed("schema", f"different: {', '.join(differences.different)}", advice)


def _issuer(expected: str | None) -> Iterator[Finding]:
    owner = issuer.recorded()
    if owner is None:
        advice = "deploy; the first rotation of the signing key makes it the stack's"
        yield warning("issuer", "the master database belongs to no stack yet", advice)
        return
    yield judged(
        "issuer",
        f"the master database belongs to {owner}",
        "give the stack databases of its own or, if that one is gone, hand them over with "
        f"`tenantry setup-database --issuer {expected}`",
        is_well=expected in {None, owner},
        otherwise="failed",
    )


def _signing_key(expected_issuer: str | None) -> Iterator[Finding]:
    owner = expected_issuer or issuer.recorded()
    if owner is None:
        yield warning("signing key", "there is none yet", "deploy; the first rotation makes one")
        return
    key = public_keys.find_newest(owner)
    advice = "look at the log of rotate_signing_key, and rotate the secret of the signing key"
    if key is None:
        yield failed("signing key", f"{owner} has none, so nobody can log in", advice)
        return
    age = moments.now() - key["created_at"]
    found = f"{key['_id']}, published {age / timedelta(days=1):.1f} days ago"
    is_well = age < KEY_AGE
    yield judged("signing key", found, f"unless SigningKeyRotationDays says so, {advice}", is_well=is_well)


def _capacity() -> Iterator[Finding]:
    registered = clusters.find_all()
    if not registered:
        yield ok("capacity", "no cluster is registered; the first organization registers main")
    for cluster in registered:
        check = f"capacity {cluster['_id']}"
        if cluster["_id"] not in clusters.names():
            advice = "add it to the secret of the clusters' connection strings, or to MONGODB_CLUSTERS"
            yield failed(check, "is registered and has no connection string", advice)
            continue
        namespaces, limit = cluster["namespaces"], cluster["limit"]
        is_full = namespaces >= limit
        yield judged(
            check,
            f"{namespaces} of {limit} collections and indexes, {len(cluster['pools'])} pools",
            "add a cluster, or raise its limit (`tenantry cluster add`)",
            is_well=100 * namespaces < NEARLY_FULL_PERCENT * limit,
            otherwise="failed" if is_full else "warning",
        )


def _waiting() -> Iterator[Finding]:
    for kind, advice in waiting.find_all():
        if not kind.number:
            yield ok(kind.name, "none waits")
            continue
        found = f"{kind.number} wait, the oldest for {kind.oldest_seconds:.0f} s"
        yield judged(kind.name, found, advice, is_well=not kind.is_late)


def _rollouts() -> Iterator[Finding]:
    is_nothing = True
    for rollout, advice in rolling_out.find_all():
        is_nothing = False
        state = f"paused by {rollout.paused_by}" if rollout.paused_by else rollout.state
        found = f"{state}, failed in {rollout.failed} organizations, {_remaining(rollout.remaining)} to come"
        yield judged(f"roll-out {rollout.rollout}", found, advice, is_well=not advice)
    if is_nothing:
        yield ok("roll-outs", "none is under way, and none has failed in an organization")


def _remaining(number: int | None) -> str:
    return "unknown how many" if number is None else str(number)
