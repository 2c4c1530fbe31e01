"""Cold starts and warm invocations on AWS's own runtime client, against a floor and a peer."""
