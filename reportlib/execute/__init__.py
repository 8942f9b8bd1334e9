"""Executing notebooks with papermill: what is stale, and only that."""
