"""An owner whose address is verified."""

import pytest

from tests.integration.identity.addresses.address_changes import verified
from tests.support.databases import Databases
from tests.support.mailbox import Mailbox
from tests.support.owners import Owner


@pytest.fixture
def ada(owner: Owner, mailbox: Mailbox, databases: Databases) -> Owner:
    """Owner whose address is verified, and who signed up before any mail was sent."""
    return verified(owner, databases)
