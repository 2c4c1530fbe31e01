"""Decisions that take several commands, written down first, so that whoever meets one completes it."""
