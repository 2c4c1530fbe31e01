"""The audit record: who did what, when and from where."""
