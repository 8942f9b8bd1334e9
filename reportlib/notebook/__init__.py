"""What the author of a notebook works with."""
