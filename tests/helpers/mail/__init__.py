"""Mail of tests: a server, and what was sent."""
