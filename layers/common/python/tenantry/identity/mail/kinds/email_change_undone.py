"""The mail to the address that an account had until a change was taken back."""

from typing import Final

from tenantry.identity.mail.kinds.kind import Kind, Text

EMAIL_CHANGE_UNDONE: Final = Kind(
    name="email-change-undone",
    text=Text(
        subject="The change of your e-mail address was taken back",
        opening=(
            "An account at {app} had this e-mail address. Whoever reads the mail of its earlier address has "
            "taken the change back, so it has the earlier address again.",
        ),
        closing=("Its password has ended. A link to choose another was sent to the earlier address.",),
    ),
)
