"""What happens to members: they join, get other roles, hand ownership over, and leave."""
