"""Display objects: values in, HTML and charts out. No files of a study are read here."""
