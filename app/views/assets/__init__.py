"""Style sheets, modules and fonts: joined, compressed and served from memory.

Imports services and the shared parts of `app.views.http` only.
"""
