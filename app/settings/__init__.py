"""Settings that belong together, each with what reads them from the environment."""
