"""What every function runs on: MongoDB, settings, secrets, logs, ids and moments."""
