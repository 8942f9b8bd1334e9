"""Accepted verdicts, and what has changed since they were accepted."""
