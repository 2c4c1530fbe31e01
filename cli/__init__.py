"""The operators' command line; no part of the layer."""
