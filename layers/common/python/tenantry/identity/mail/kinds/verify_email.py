"""The mail that verifies an address after a sign-up, or whenever its owner asks for it."""

from typing import Final

from tenantry.identity.mail.kinds.kind import Kind, LinkText, Text

VERIFY_EMAIL: Final = Kind(
    name="verify-email",
    text=Text(
        subject="Confirm your e-mail address",
        opening=(
            "An account at {app} has this e-mail address.",
            "If the account is yours, log in there and confirm the address.",
        ),
        link=LinkText("verify-email", "verify-email", "Confirm the address"),
        closing=(
            "The link works once, within 30 minutes.",
            "If you have no account there, somebody else has signed up with your address. Do nothing, or get "
            "the account by choosing another password there, as if you had forgotten it.",
        ),
    ),
)
