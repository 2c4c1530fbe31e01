"""What the OpenAPI document says that no function declares: links between operations, and header fields."""

from http import HTTPStatus
from typing import Any

_ORGANIZATION: dict[str, Any] = {"parameters": {"organization": "$response.body#/organization/id"}}
_CREDENTIALS = {
    "email": "$request.body#/email",
    "password": "$request.body#/password",
    "organization": "$response.body#/organization/id",
}
_SAME_DOCUMENT = {
    "parameters": {"organization": "$request.path.organization", "document": "$request.path.document"}
}
_NEXT_PAGE = {
    "parameters": {"organization": "$request.path.organization", "cursor": "$response.body#/next_cursor"}
}
_FIRST_MEMBER = {
    "parameters": {"organization": "$request.path.organization", "member": "$response.body#/members/0/id"}
}
_SAME_INVITATION = {
    "parameters": {"organization": "$request.path.organization", "invitation": "$response.body#/id"}
}
_SAME_KEY = {"parameters": {"organization": "$request.path.organization", "key": "$response.body#/id"}}
_SAME_SECRET = {
    "parameters": {
        "organization": "$request.path.organization",
        "key": "$response.body#/id",
        "secret": "$response.body#/secrets/0/id",
    }
}
_REFRESH_TOKEN = {"requestBody": {"refresh_token": "$response.body#/refresh_token"}}
_SWITCH = {
    "requestBody": {
        "refresh_token": "$response.body#/refresh_token",
        "organization": "$response.body#/organization/id",
    }
}
_OF_TOKENS = {"refresh": _REFRESH_TOKEN, "switchOrganization": _SWITCH, "logout": _REFRESH_TOKEN}
_OF_PLAN: dict[str, dict[str, Any]] = {"removePlan": {"parameters": {"plan": "$response.body#/name"}}}
_OF_DOCUMENT = dict.fromkeys(("getDocument", "patchDocument", "deleteDocument"), _SAME_DOCUMENT)
LINKS: dict[str, dict[HTTPStatus, dict[str, dict[str, Any]]]] = {
    "createOrganization": {
        HTTPStatus.CREATED: {"login": {"requestBody": _CREDENTIALS}, "getOrganization": _ORGANIZATION}
    },
    "login": {
        HTTPStatus.OK: {
            **_OF_TOKENS,
            "confirmLogin": {"requestBody": {"password": "$request.body#/password"}},
            "getOrganization": _ORGANIZATION,
            "updateOrganization": _ORGANIZATION,
            "deleteOrganization": _ORGANIZATION,
            "insertDocuments": _ORGANIZATION,
            "listAudit": _ORGANIZATION,
            "getUsage": _ORGANIZATION,
            "listMembers": _ORGANIZATION,
            "invite": _ORGANIZATION,
            "listInvitations": _ORGANIZATION,
            "createKey": _ORGANIZATION,
            "listKeys": _ORGANIZATION,
        }
    },
    "refresh": {HTTPStatus.OK: _OF_TOKENS},
    "switchOrganization": {HTTPStatus.OK: _OF_TOKENS},
    "putDocument": {HTTPStatus.OK: _OF_DOCUMENT, HTTPStatus.CREATED: _OF_DOCUMENT},
    "listDocuments": {HTTPStatus.OK: {"listDocuments": _NEXT_PAGE}},
    "listAudit": {HTTPStatus.OK: {"listAudit": _NEXT_PAGE}},
    "listMembers": {
        HTTPStatus.OK: {
            "listMembers": _NEXT_PAGE,
            **dict.fromkeys(("getMember", "changeMember", "removeMember"), _FIRST_MEMBER),
        }
    },
    "invite": {HTTPStatus.CREATED: dict.fromkeys(("resendInvitation", "revokeInvitation"), _SAME_INVITATION)},
    "listInvitations": {HTTPStatus.OK: {"listInvitations": _NEXT_PAGE}},
    "createKey": {
        HTTPStatus.CREATED: dict.fromkeys(("getKey", "addSecret", "revokeKey"), _SAME_KEY)
        | {"endSecret": _SAME_SECRET}
    },
    "addSecret": {HTTPStatus.CREATED: {"endSecret": _SAME_SECRET}},
    "putPlan": {HTTPStatus.OK: _OF_PLAN, HTTPStatus.CREATED: _OF_PLAN},
    "listSessions": {
        HTTPStatus.OK: {"endSession": {"parameters": {"session": "$response.body#/sessions/0/id"}}}
    },
    "createIndex": {
        HTTPStatus.CREATED: {
            "dropIndex": {
                "parameters": {"organization": "$request.path.organization", "name": "$response.body#/name"}
            }
        }
    },
}
"""By operation and status of its answer: the operations that can be next, named by the link itself."""

_LOCATION = {"Location": {"description": "Path of what has been created.", "schema": {"type": "string"}}}
ETAG: dict[str, Any] = {
    "ETag": {
        "description": "Version of what is answered, for If-Match and If-None-Match.",
        "schema": {"type": "string"},
    }
}
_OF_CREATED: dict[HTTPStatus, Any] = {HTTPStatus.CREATED: _LOCATION | ETAG}
_OF_VERSION: dict[HTTPStatus, Any] = {HTTPStatus.OK: ETAG}
_REFRESH_COOKIE = {
    "Set-Cookie": {
        "description": "The refresh token, or the end of it, if the request had `X-Refresh-Token: cookie`.",
        "schema": {"type": "string"},
    }
}
HEADER_FIELDS: dict[str, dict[HTTPStatus, dict[str, dict[str, Any]]]] = {
    "createOrganization": _OF_CREATED,
    "createOrganizationAsOperator": _OF_CREATED,
    "getOrganization": _OF_VERSION,
    "updateOrganization": _OF_VERSION,
    "configureOrganization": _OF_VERSION,
    "getMember": _OF_VERSION,
    "changeMember": _OF_VERSION,
    "insertDocuments": _OF_CREATED,
    "getDocument": _OF_VERSION,
    "putDocument": _OF_VERSION | {HTTPStatus.CREATED: ETAG},
    "patchDocument": _OF_VERSION,
    "createIndex": {HTTPStatus.CREATED: _LOCATION},
    **{name: {HTTPStatus.OK: _REFRESH_COOKIE} for name in ("login", "refresh", "switchOrganization")},
    "logout": {HTTPStatus.NO_CONTENT: _REFRESH_COOKIE},
    "listUsage": {
        HTTPStatus.OK: {
            "Link": {"description": "To the next page of CSV (RFC 8288).", "schema": {"type": "string"}}
        }
    },
    "getKeySet": {
        HTTPStatus.OK: {
            "Cache-Control": {"description": "How long to keep the keys.", "schema": {"type": "string"}}
        }
    },
}
"""By operation and status of its answer: header fields that it may carry."""

_RETRY_AFTER = {
    "Retry-After": {
        "description": "Seconds to wait before the next request.",
        "required": True,
        "schema": {"type": "integer"},
    }
}
HEADER_FIELDS_OF_PROBLEMS: dict[HTTPStatus, dict[str, dict[str, Any]]] = {
    HTTPStatus.UNAUTHORIZED: {
        "WWW-Authenticate": {
            "description": "Bearer; API Gateway renames it to x-amzn-remapped-www-authenticate.",
            "schema": {"type": "string"},
        }
    },
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: {
        name: {"description": description, "schema": {"type": "string"}}
        for name, description in {
            "Accept": "Media types of a body here.",
            "Accept-Patch": "The same, to PATCH (RFC 5789).",
            "Accept-Encoding": "identity, if the body had a Content-Encoding.",
        }.items()
    },
    HTTPStatus.TOO_MANY_REQUESTS: _RETRY_AFTER,
    HTTPStatus.SERVICE_UNAVAILABLE: _RETRY_AFTER,
}
"""By status: header fields of every such answer."""

_TAG = (
    r'[ \t]*((W/)?"[!#-~]*"[ \t]*)?'  # or nothing, for lists may have empty elements (RFC 9110 section 5.6.1)
)
REFRESH_COOKIE: dict[str, Any] = {
    "name": "X-Refresh-Token",
    "in": "header",
    "description": "`cookie` from a page of the API's own origin: the refresh token is in a cookie",
    "schema": {"type": "string", "enum": ["cookie"]},
}
"""Of each operation whose answer has the cookie."""

CONDITIONS: list[dict[str, Any]] = [
    {
        "name": name,
        "in": "header",
        "description": description,
        "schema": {"type": "string", "pattern": rf"^(\*|{_TAG}(,{_TAG})*)$"},
    }
    for name, description in {
        "If-Match": "ETag as it was read; 412 if it is another by now",
        "If-None-Match": "* or ETags that must not be there: 412, or 304 if it is read",
    }.items()
]
