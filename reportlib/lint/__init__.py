"""Checks of notebooks: their contract, and numbers typed in prose."""
