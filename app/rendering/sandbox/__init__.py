"""Child processes that can be stopped, and rendering in one.

They import the renderer; of the rest of `app` nothing.
"""
