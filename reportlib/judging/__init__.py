"""From rows and documents to states. Pure functions: no files, no notebooks."""
