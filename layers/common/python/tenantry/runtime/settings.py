"""What the environment configures, read once per process."""

import os
from functools import cache
from typing import NamedTuple

from tenantry.runtime import process


class Settings(NamedTuple):
    """Configuration of one function.

    Parameters
    ----------
    mongodb_uri : str
        Connection string for local use; empty where `mongodb_uri_secret_arn` names a secret.
    mongodb_uri_secret_arn : str
        Secrets Manager secret whose string is the connection string.
    mongodb_clusters : str
        Connection strings of further clusters for local use, a JSON object by name; empty where
        `mongodb_clusters_secret_arn` names a secret, or there are none.
    mongodb_clusters_secret_arn : str
        Secrets Manager secret whose string is that object.
    signing_key_secret_arn : str
        Secrets Manager secret that holds the private signing key; set for login, refresh and rotation only.
    receipt_key_secret_arn : str
        Secrets Manager secret that the key of receipts is derived from; set for reconciliation only.
    master_database, tenant_database : str
        Databases of the organizations' metadata and of the tenants' collections.
    sign_up : str
        ``open`` if anybody may create an organization; else the operator alone.
    require_verified_email : bool
        Whether an account whose address is not verified logs in on its first day alone.
    organizations_per_account : int
        How many organizations one account may own, and how many of its deleted ones are kept.
    changes_per_hour : int
        How often one organization's name, slug, metadata and indexes may change.
    sign_ups_per_hour : int
        How many organizations one source, or one account, may ask for.
    name_hold_days : int
        For how many days a slug that is given up is held for its former owners; 0: it is free at once.
    deletion_grace_days : int
        For how many days a deleted organization can be brought back; 0: its data end at once.
    former_slug_days : int
        For how many days a slug that a rename leaves still names its organization; 0: it does not.
    placement : str
        Whether the next organization gets a ``collection`` of its own or shares one (``pooled``).
    audit_retention_days : int
        For how long audit records are kept; 0 for ever.
    event_bus : str
        EventBridge bus that gets the audit record; set for publish_events only.
    allowed_origins : frozenset of str
        Origins, as browsers send them, whose pages may read answers; ``null`` and ``*`` are none.
    mail_from : str
        Address that mails come from, or ``Name <address>``; empty where none are sent.
    app_url : str
        Where the pages of the product are that links of mails lead to.
    mail_function : str
        Lambda function that sends mails, for functions that queue some; empty where its schedule is enough.
    token_issuer, token_audience : str
        The `iss` and `aud` claims of access tokens (RFC 7519 sections 4.1.1 and 4.1.3).
    """

    mongodb_uri: str
    mongodb_uri_secret_arn: str
    mongodb_clusters: str
    mongodb_clusters_secret_arn: str
    signing_key_secret_arn: str
    receipt_key_secret_arn: str
    master_database: str
    tenant_database: str
    sign_up: str
    require_verified_email: bool
    organizations_per_account: int
    changes_per_hour: int
    sign_ups_per_hour: int
    name_hold_days: int
    deletion_grace_days: int
    former_slug_days: int
    placement: str
    audit_retention_days: int
    event_bus: str
    allowed_origins: frozenset[str]
    mail_from: str
    app_url: str
    mail_function: str
    token_issuer: str
    token_audience: str


@process.forgettable
@cache
def settings() -> Settings:
    """Return the settings of this process."""
    read = os.environ.get
    return Settings(
        mongodb_uri=read("MONGODB_URI", ""),
        mongodb_uri_secret_arn=read("MONGODB_URI_SECRET_ARN", ""),
        mongodb_clusters=read("MONGODB_CLUSTERS", ""),
        mongodb_clusters_secret_arn=read("MONGODB_CLUSTERS_SECRET_ARN", ""),
        signing_key_secret_arn=read("SIGNING_KEY_SECRET_ARN", ""),
        receipt_key_secret_arn=read("RECEIPT_KEY_SECRET_ARN", ""),
        master_database=read("MASTER_DATABASE", "tenantry"),
        tenant_database=read("TENANT_DATABASE", "tenantry_tenants"),
        sign_up=read("SIGN_UP", "open"),
        require_verified_email=read("REQUIRE_VERIFIED_EMAIL", "false") == "true",
        organizations_per_account=int(read("ORGANIZATIONS_PER_ACCOUNT", "20")),
        changes_per_hour=int(read("CHANGES_PER_HOUR", "300")),
        sign_ups_per_hour=int(read("SIGN_UPS_PER_HOUR", "100")),
        name_hold_days=int(read("NAME_HOLD_DAYS", "7")),
        deletion_grace_days=int(read("DELETION_GRACE_DAYS", "7")),
        former_slug_days=int(read("FORMER_SLUG_DAYS", "30")),
        placement=read("PLACEMENT", "collection"),
        audit_retention_days=int(read("AUDIT_RETENTION_DAYS", "365")),
        event_bus=read("EVENT_BUS", ""),
        allowed_origins=frozenset(
            origin for origin in read("ALLOWED_ORIGINS", "").split(",") if "://" in origin
        ),
        mail_from=read("MAIL_FROM", ""),
        app_url=read("APP_URL", ""),
        mail_function=read("MAIL_FUNCTION", ""),
        token_issuer=read("TOKEN_ISSUER", "urn:tenantry"),
        token_audience=read("TOKEN_AUDIENCE", "tenantry"),
    )
