"""What organizations have used in each month, so that an invoice can be written."""
