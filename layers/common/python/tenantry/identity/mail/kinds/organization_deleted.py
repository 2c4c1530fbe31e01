"""The mail to the former owners of a deleted organization, as long as it can be brought back."""

from typing import Final

from tenantry.identity.mail.kinds.kind import Kind, LinkText, Text

ORGANIZATION_DELETED: Final = Kind(
    name="organization-deleted",
    text=Text(
        subject="An organization of yours was deleted",
        opening=(
            "{who} has deleted the organization “{organization}” at {app}, which you own. If you wanted "
            "that, do nothing: its data are removed for good at {until}.",
            "Until then this link brings it back, with its documents and members:",
        ),
        link=LinkText("undo-deletion", "undo-deletion", "Bring the organization back"),
        closing=(
            "The link works once, and ends for all owners as soon as one of them has used theirs.",
            "If it was not you, somebody else knows your password: change it first.",
        ),
    ),
)
