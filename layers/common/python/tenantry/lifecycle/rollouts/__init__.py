"""Roll-outs: the same change of many tenants' collections."""
