"""Pictures of every kind of page of three libraries, side by side."""
