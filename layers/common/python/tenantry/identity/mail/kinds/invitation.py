"""The mail that invites whoever has an address to an organization."""

from typing import Final

from tenantry.identity.invitations.document import invitations, state_of
from tenantry.identity.mail.kinds.kind import Kind, Letter, LinkText, MailDocument, Text

TEXT: Final = Text(
    subject="You are invited to {app}",
    opening=("{inviter} invites you to join the organization “{organization}” at {app}.",),
    link=LinkText("invitation", "accept-invitation", "Accept the invitation"),
    closing=(
        "The link works once, within 7 days.",
        "If you know neither of them, do nothing: nobody joins anything without this link.",
    ),
)


def _if_it_can_be_accepted(mail: MailDocument) -> Letter | None:
    """Return the letter; None if the invitation has been revoked, sent again or accepted, or is over."""
    invitation = invitations().find_one({"_id": mail["claims"]["invitation_id"], "mail_id": mail["_id"]})
    if invitation is None or state_of(invitation) != "pending":
        return None
    return Letter(mail["to"], TEXT, mail["claims"], mail["values"])


INVITATION: Final = Kind(name="invitation", text=TEXT, resolve=_if_it_can_be_accepted)
