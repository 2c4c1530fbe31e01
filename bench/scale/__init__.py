"""What it costs to have 100,000 organizations, each with a collection of its own."""
