"""Moving an organization between clusters and pools while its members go on working."""
