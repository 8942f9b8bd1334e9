"""From rows and documents to states: pure functions, and the inquiry that feeds them."""
