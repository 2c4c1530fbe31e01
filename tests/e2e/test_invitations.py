"""An invitation on the deployed stack: mailed, accepted by a sign-up, and used in the organization."""

from local.stack import Settings
from tests.e2e.http_service import HttpService, unique
from tests.e2e.mailbox import Mailbox
from tests.support.owners import PASSWORD, log_in, sign_up


def test_whoever_is_invited_signs_up_by_the_link_and_works_with_the_documents(
    service: HttpService, mailbox: Mailbox
) -> None:
    owner = sign_up(service, unique("Inviting"))
    proof = {"token": mailbox.to(owner.email)[-1].token}
    assert service.post("/account/email-verification/complete", proof, token=owner.token).status == 204

    grace = f"{unique('grace').lower().replace(' ', '-')}@example.com"
    body = {"email": grace, "role": "editor"}
    invitation = service.post(f"{owner.path}/invitations", body, token=owner.token)
    assert invitation.status == 201
    mail = mailbox.to(grace)[-1]
    assert mail.urls == {f"{Settings.app_url}/accept-invitation#token={mail.token}"}

    joined = service.post("/invitations/accept", {"token": mail.token, "password": PASSWORD})
    assert joined.status == 200
    assert joined.json["account"]["verified"] is True
    token = log_in(service, grace, owner.id)
    assert service.post(f"{owner.path}/documents", {"text": "from Grace"}, token=token).status == 201
    again = service.post("/invitations/accept", {"token": mail.token, "password": PASSWORD})
    assert (again.status, again.code) == (410, "invitation-used")
    shown = service.get(f"{owner.path}/invitations", token=owner.token).json["invitations"]
    assert [each["state"] for each in shown] == ["accepted"]
