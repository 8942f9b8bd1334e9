"""From rows and documents to states: pure functions, and the assessment that feeds them."""
