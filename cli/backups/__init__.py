"""Backup and restore of one organization."""
