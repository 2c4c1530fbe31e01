"""Errors of deployments."""


class DeploymentError(Exception):
    """A deployment or rollback did not succeed; the message says what to do."""
