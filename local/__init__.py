"""The local stack: MongoDB, a local AWS, and the deployed template, all under ``.local/``."""
