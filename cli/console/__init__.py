"""The console for the operator, served on this machine: `tenantry console`."""
