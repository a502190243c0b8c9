"""A real browser: who reads with it, the editor, pages as axe sees them."""
