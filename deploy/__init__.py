"""Deployments to AWS: releases, rollbacks, and what a pipeline may do."""
