"""The fonts of the pages: made once, small, from fonts of installed packages."""
