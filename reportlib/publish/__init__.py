"""The page, and the files that are published beside it."""
