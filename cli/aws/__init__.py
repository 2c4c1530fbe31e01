"""What AWS says of a deployed stack and of the account that it is in, for `tenantry doctor`."""
