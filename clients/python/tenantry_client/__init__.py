"""Client of Tenantry: `Tenantry` holds the tokens, `tenantry_client.api` has the operations, by tag."""

from tenantry_client.client import Tenantry
from tenantry_client.pages import pages
from tenantry_client.problems import NotModified, Problem

__all__ = ["NotModified", "Problem", "Tenantry", "pages"]
