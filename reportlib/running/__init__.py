"""Running and publishing: chapters, runs, the page and the exports."""
