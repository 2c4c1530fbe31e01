"""Deleted organizations as the operator and their former owners see them."""
