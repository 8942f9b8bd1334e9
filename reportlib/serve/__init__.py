"""Building at every save, with a preview of the page."""
