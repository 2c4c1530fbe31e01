"""Lambda's snapshot of a function, and two execution environments that are restored from it.

Called as ``python -m tests.support.snapshot`` with the function's environment; its last line is a JSON list
of what each environment has generated. A fork stands for restoring: it copies the memory. Unlike a restored
snapshot, a fork has another process id and another seed of `random`, so both are set back.
"""

import json
import os
import random
import traceback
from typing import Any

from awslambdaric.lambda_runtime_hooks_runner import run_after_restore, run_before_snapshot
from bson import ObjectId
from pymongo import InsertOne

from tenantry.identity.keys import public_keys
from tenantry.runtime import mongodb
from tenantry.tenants import TenantCollection
from tests.support.owners import sign_up
from tests.support.owners import tokens as log_in
from tests.support.service import Service, handler

FUNCTIONS = ("create_organization", "documents", "get_organization", "login")


def main() -> None:
    """Initialize as Lambda does, take the snapshot, and restore it twice."""
    for function in FUNCTIONS:
        handler(function)
    public_keys.all_keys()  # a function may use the database while it starts
    connection = connection_id()
    run_before_snapshot()
    made = [restored(name) for name in ("One", "Other")]
    print(json.dumps([{"connection": connection}, *made]))  # noqa: T201 - how the result is told


def connection_id() -> int:
    """Return the server's number of the connection that is in use."""
    return int(mongodb.master().command("hello")["connectionId"])


def restored(name: str) -> dict[str, Any]:
    """Return what an execution environment generates that is restored from this process."""
    process_id, state = os.getpid(), random.getstate()
    reading, writing = os.pipe()
    if os.fork() == 0:
        os.getpid = lambda: process_id
        random.setstate(state)
        with os.fdopen(writing, "w") as answer:
            try:
                run_after_restore()
                json.dump(serve(name), answer)
            except BaseException:  # nothing of the parent may run in the child
                traceback.print_exc()
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as answer:
        return dict(json.load(answer))


def serve(name: str) -> dict[str, Any]:
    """Serve requests and return what must be unique."""
    service = Service()
    owner = sign_up(service, name)
    tokens = log_in(service, owner.email)
    document = service.post(f"{owner.path}/documents", {"text": "hello"}, token=tokens["access_token"])
    assert document.status == 201, document.text
    assert service.get(owner.path, token=tokens["access_token"]).status == 200
    return {
        "organization": owner.id,
        "access token": tokens["access_token"],
        "refresh token": tokens["refresh_token"],
        **{
            f"random part of the id of {name}": str(object_id)[8:]
            for name, object_id in ids(owner.id).items()
        },
        "random part of the id from the API": document.json["_id"]["$oid"][8:],  # after the time
        "random number": random.random(),  # noqa: S311 - not secret
        "connection": connection_id(),
    }


def ids(organization_id: str) -> dict[str, ObjectId]:
    """Return the ids that documents get in each way to insert one."""
    documents = TenantCollection(organization_id)
    in_bulk: dict[str, Any] = {"way": "bulk"}
    documents.bulk_write([InsertOne(in_bulk)])
    return {
        "one": documents.insert_one({"way": "one"}).inserted_id,
        "many": documents.insert_many([{"way": "many"}]).inserted_ids[0],
        "bulk": in_bulk["_id"],
    }


if __name__ == "__main__":
    main()
