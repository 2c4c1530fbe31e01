"""Documents of many tenants in one collection, a pool; to each it is as if it had a collection of its own."""
