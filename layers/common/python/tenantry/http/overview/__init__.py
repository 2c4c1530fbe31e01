"""Lists and overviews of organizations, as the operator sees them."""
