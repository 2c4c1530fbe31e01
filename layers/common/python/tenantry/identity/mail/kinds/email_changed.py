"""The mails to the address that an account had, once it has another."""

from typing import Final

from tenantry.identity.mail.kinds.kind import Kind, LinkText, Text

EMAIL_CHANGED: Final = Kind(
    name="email-changed",
    text=Text(
        subject="Your e-mail address was changed",
        opening=(
            "Your account at {app} has another e-mail address from now on. If you wanted that, do nothing.",
            "If it was not you, somebody else knows your password. This link gives you the account back:",
        ),
        link=LinkText("undo-email-change", "undo-email-change", "Take the change back"),
        closing=(
            "It works once, within 7 days. Everybody is logged out of the account then, its password ends, "
            "and you get a mail to choose another one.",
        ),
    ),
)
UNVERIFIED_EMAIL_CHANGED: Final = Kind(
    name="unverified-email-changed",
    text=Text(
        subject="An account has given up your e-mail address",
        opening=(
            "An account at {app} had this e-mail address, which nobody had confirmed, and has another one "
            "from now on.",
        ),
        closing=("If you have no account there, do nothing: nobody uses your address any more.",),
    ),
)
