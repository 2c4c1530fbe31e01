"""The mail that tells the owner of an account that its password was changed."""

from typing import Final

from tenantry.identity.mail.kinds.kind import Kind, Text

PASSWORD_CHANGED: Final = Kind(
    name="password-changed",
    text=Text(
        subject="Your password was changed",
        opening=(
            "The password of your account at {app} was changed, and whoever was logged in to the account has "
            "been logged out.",
        ),
        closing=(
            "If it was you, there is nothing to do.",
            "If it was not you, somebody else may know your password or read your mail. First see to it that "
            "nobody but you reads your mail. Then go to {app}, say that you have forgotten the password, and "
            "choose another one, which logs everybody else out.",
        ),
    ),
)
