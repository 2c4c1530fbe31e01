"""What happens to an organization, from its creation to its end."""
