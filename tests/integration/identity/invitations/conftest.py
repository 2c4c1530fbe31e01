"""An organization whose owner may invite."""

import pytest

from tests.support.invitations import sign_up_verified
from tests.support.mailbox import Mailbox
from tests.support.owners import Owner
from tests.support.service import Service


@pytest.fixture
def owner(service: Service, mailbox: Mailbox) -> Owner:
    owner = sign_up_verified(service, "Alpha")
    mailbox.send_waiting()
    return owner
