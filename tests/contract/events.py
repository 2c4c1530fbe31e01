"""events/*.json, and what an empty database makes of them."""

import json

from tests.contract.sam_template import PROJECT, function_directories

EVENTS = {
    path.stem: json.loads(path.read_text())
    for path in PROJECT.glob("events/*.json")
    if path.name != "env.json"
}
WITHOUT_A_ROUTE = {
    "authorize", "measure_usage", "move_organization", "publish_events", "reconcile", "roll_out",
    "rotate_signing_key", "send_mail",
}  # fmt: skip
ANSWERING = {"authorize"}  # to API Gateway, for which it asks about requests to other APIs
REQUESTS = sorted(EVENTS.keys() - WITHOUT_A_ROUTE)
FUNCTIONS = {directory: function for function, directory in function_directories().items()}
# Nobody has signed up, and the token in the events expired long ago.
STATUS = {
    "account": 401,
    "audit": 401,
    "change_email": 401,
    "change_password": 401,
    "console": 200,
    "create_organization": 201,
    "delete_organization": 401,
    "docs": 200,
    "documents": 401,
    "get_organization": 401,
    "health": 200,
    "indexes": 401,
    "invitations": 404,
    "jwks": 200,
    "keys": 401,
    "login": 401,
    "logout": 204,
    "members": 401,
    "operator": 404,
    "deletions": 404,
    "overview": 200,
    "refresh": 401,
    "rollouts": 404,
    "status": 200,
    "introspect": 200,
    "update_organization": 401,
    "usage": 401,
}
