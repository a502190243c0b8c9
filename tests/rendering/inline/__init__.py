"""What the renderer promises, by feature."""
