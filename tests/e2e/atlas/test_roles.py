"""Each kind of functions has a MongoDB user of its own, which does nothing that is another's work."""

from typing import Final

import pytest
from pymongo.errors import OperationFailure

from local.stack import MASTER_DATABASE, TENANT_DATABASE
from tests.e2e.atlas.deployment import KINDS, AtlasDeployment
from tests.support.databases import Document

UNAUTHORIZED: Final = 13
FORBIDDEN: Final[dict[str, tuple[str, Document]]] = {
    "login": (TENANT_DATABASE, {"find": "org_google"}),
    "account": (TENANT_DATABASE, {"find": "org_google"}),
    "create": (MASTER_DATABASE, {"insert": "plans", "documents": [{}]}),
    "operate": (MASTER_DATABASE, {"insert": "signing_keys", "documents": [{}]}),
    "change": (MASTER_DATABASE, {"find": "accounts"}),
    "data": (MASTER_DATABASE, {"find": "accounts"}),
    "rotation": (MASTER_DATABASE, {"find": "accounts"}),
    "audit": (MASTER_DATABASE, {"delete": "audit", "deletes": [{"q": {}, "limit": 0}]}),
    "usage": (MASTER_DATABASE, {"find": "audit"}),
    "authorize": (MASTER_DATABASE, {"find": "accounts"}),
    "status": (TENANT_DATABASE, {"find": "org_google"}),
    "members": (MASTER_DATABASE, {"find": "accounts"}),
    "keys": (MASTER_DATABASE, {"find": "accounts"}),
    "publish": (MASTER_DATABASE, {"find": "audit"}),
    "invite": (MASTER_DATABASE, {"find": "audit"}),
    "mail": (MASTER_DATABASE, {"find": "links"}),
    "move": (MASTER_DATABASE, {"find": "accounts"}),
    "rollout": (MASTER_DATABASE, {"find": "accounts"}),
    "measure": (MASTER_DATABASE, {"find": "audit"}),
    "overview": (MASTER_DATABASE, {"find": "accounts"}),
    "public": (MASTER_DATABASE, {"find": "organizations"}),
}


@pytest.mark.parametrize("kind", KINDS)
def test_user_is_refused_outside_of_its_role(deployment: AtlasDeployment, kind: str) -> None:
    database, command = FORBIDDEN[kind]
    with deployment.as_kind(kind) as client:
        client[MASTER_DATABASE].command({"find": "issuer"})
        with pytest.raises(OperationFailure) as refused:
            client[database].command(command)
    assert refused.value.code == UNAUTHORIZED
