"""Stand-ins on this machine for what the program talks to."""
