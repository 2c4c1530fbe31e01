"""The routes of the API, and how API Gateway finds that of a request."""

import re
from typing import Final

ROUTES: Final = (
    ("POST", "/organizations", "create_organization"),
    ("GET", "/organizations/{organization}", "get_organization"),
    ("PATCH", "/organizations/{organization}", "update_organization"),
    ("DELETE", "/organizations/{organization}", "delete_organization"),
    ("GET", "/organizations/{organization}/former-slugs", "update_organization"),
    ("DELETE", "/organizations/{organization}/former-slugs/{slug}", "update_organization"),
    ("POST", "/organizations/{organization}/documents", "documents"),
    ("GET", "/organizations/{organization}/documents", "documents"),
    ("GET", "/organizations/{organization}/documents/{document}", "documents"),
    ("PUT", "/organizations/{organization}/documents/{document}", "documents"),
    ("PATCH", "/organizations/{organization}/documents/{document}", "documents"),
    ("DELETE", "/organizations/{organization}/documents/{document}", "documents"),
    ("GET", "/organizations/{organization}/count", "documents"),
    ("GET", "/organizations/{organization}/indexes", "indexes"),
    ("POST", "/organizations/{organization}/indexes", "indexes"),
    ("DELETE", "/organizations/{organization}/indexes/{name}", "indexes"),
    ("GET", "/organizations/{organization}/audit", "audit"),
    ("GET", "/organizations/{organization}/usage", "usage"),
    ("GET", "/organizations/{organization}/members", "members"),
    ("GET", "/organizations/{organization}/members/{member}", "members"),
    ("PATCH", "/organizations/{organization}/members/{member}", "members"),
    ("DELETE", "/organizations/{organization}/members/{member}", "members"),
    ("GET", "/organizations/{organization}/ownership-transfer", "members"),
    ("PUT", "/organizations/{organization}/ownership-transfer", "members"),
    ("DELETE", "/organizations/{organization}/ownership-transfer", "members"),
    ("POST", "/organizations/{organization}/ownership-transfer/accept", "members"),
    ("POST", "/login", "login"),
    ("POST", "/login/confirm", "login"),
    ("POST", "/login/refresh", "refresh"),
    ("POST", "/login/switch", "refresh"),
    ("GET", "/operator/audit", "audit"),
    ("POST", "/deletions/undo", "deletions"),
    ("GET", "/operator/deletions", "deletions"),
    ("DELETE", "/operator/deletions/{organization}", "deletions"),
    ("POST", "/operator/deletions/{organization}/undo", "deletions"),
    ("GET", "/operator/usage", "usage"),
    ("POST", "/operator/rollouts", "rollouts"),
    ("GET", "/operator/rollouts", "rollouts"),
    ("GET", "/operator/rollouts/{rollout}", "rollouts"),
    ("POST", "/operator/rollouts/{rollout}/pause", "rollouts"),
    ("POST", "/operator/rollouts/{rollout}/resume", "rollouts"),
    ("POST", "/operator/rollouts/{rollout}/undo", "rollouts"),
    ("GET", "/operator/receipts", "audit"),
    ("GET", "/operator/organizations", "overview"),
    ("GET", "/operator/doctor", "status"),
    ("GET", "/operator/status", "status"),
    ("POST", "/operator/introspect", "introspect"),
    ("POST", "/operator/organizations", "operator"),
    ("GET", "/operator/addresses/owners", "overview"),
    ("GET", "/operator/addresses/owned", "overview"),
    ("GET", "/operator/organizations/{organization}", "overview"),
    ("PATCH", "/operator/organizations/{organization}", "operator"),
    ("PUT", "/operator/organizations/{organization}/suspension", "operator"),
    ("DELETE", "/operator/organizations/{organization}/suspension", "operator"),
    ("GET", "/operator/plans", "operator"),
    ("PUT", "/operator/plans/{plan}", "operator"),
    ("DELETE", "/operator/plans/{plan}", "operator"),
    ("GET", "/operator/organizations/{organization}/keys", "operator"),
    ("DELETE", "/operator/keys/{key}", "operator"),
    ("DELETE", "/operator/former-slugs/{slug}", "operator"),
    ("POST", "/logout", "logout"),
    ("POST", "/logout/everywhere", "logout"),
    ("GET", "/account", "account"),
    ("DELETE", "/account", "account"),
    ("GET", "/account/sessions", "account"),
    ("DELETE", "/account/sessions/{session}", "account"),
    ("POST", "/account/email-verification", "account"),
    ("POST", "/account/email-verification/complete", "account"),
    ("PUT", "/account/password", "change_password"),
    ("POST", "/account/password-reset", "change_password"),
    ("POST", "/account/password-reset/complete", "change_password"),
    ("POST", "/account/email-change", "change_email"),
    ("POST", "/account/email-change/complete", "change_email"),
    ("POST", "/account/email-change/undo", "change_email"),
    ("POST", "/organizations/{organization}/invitations", "invitations"),
    ("GET", "/organizations/{organization}/invitations", "invitations"),
    ("POST", "/organizations/{organization}/invitations/{invitation}/resend", "invitations"),
    ("DELETE", "/organizations/{organization}/invitations/{invitation}", "invitations"),
    ("POST", "/organizations/{organization}/keys", "keys"),
    ("GET", "/organizations/{organization}/keys", "keys"),
    ("GET", "/organizations/{organization}/keys/{key}", "keys"),
    ("DELETE", "/organizations/{organization}/keys/{key}", "keys"),
    ("POST", "/organizations/{organization}/keys/{key}/secrets", "keys"),
    ("DELETE", "/organizations/{organization}/keys/{key}/secrets/{secret}", "keys"),
    ("POST", "/invitations/accept", "invitations"),
    ("GET", "/.well-known/jwks.json", "jwks"),
    ("GET", "/.well-known/openid-configuration", "jwks"),
    ("GET", "/openapi.json", "docs"),
    ("GET", "/docs", "docs"),
    ("GET", "/console", "console"),
    ("GET", "/console/{file+}", "console"),
    ("GET", "/health", "health"),
    ("GET", "/health/ready", "health"),
)


def _pattern(resource: str) -> re.Pattern[str]:
    one_segment = re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>[^/]+)", re.escape(resource))
    return re.compile(re.sub(r"\\\{(\w+)\\\+\\\}", r"(?P<\1>.+)", one_segment), re.DOTALL)


_PATTERNS: Final = {resource: _pattern(resource) for _, resource, _ in ROUTES}


def route_of(method: str, path: str) -> tuple[str, str, dict[str, str]]:
    """Return resource, function and path parameters of a request, as API Gateway finds them.

    A method without a route goes to the function of ANY, which is the first one of the path here.
    """
    routes = []
    for route_method, resource, function in ROUTES:
        if match := _PATTERNS[resource].fullmatch(path):
            routes.append((route_method != method, resource, function, match.groupdict()))
    if not routes:
        raise LookupError(f"API Gateway has no route {path}")
    _, resource, function, parameters = min(routes, key=lambda route: route[0])
    return resource, function, parameters
