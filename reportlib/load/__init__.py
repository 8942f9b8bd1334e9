"""Reading a study: its ledger, tables, sources and parameters. Only here are its files parsed."""
