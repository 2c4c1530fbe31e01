"""Invitations: members of an organization ask others to join it, by a link that is mailed to an address."""
