"""The environment that every function has on AWS; Powertools reads it when the library is imported."""

import os

os.environ["POWERTOOLS_SERVICE_NAME"] = "tenantry"
os.environ["POWERTOOLS_METRICS_NAMESPACE"] = "Tenantry"
os.environ["POWERTOOLS_LOG_LEVEL"] = "INFO"
