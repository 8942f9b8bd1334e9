"""The vocabulary as frozen values: no files, no frames, no judgement."""
