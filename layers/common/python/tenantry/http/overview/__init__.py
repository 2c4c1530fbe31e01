"""Lists and overviews of organizations, as the platform's operator sees them."""
