"""What services that do not use this library are told about a caller."""
