"""Members of an organization, and the transfer of its ownership."""
