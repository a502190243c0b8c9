"""Pages of shelves: the shelf itself, its form, its members, what is put on it.

May import `views.site`, `views.maps`, `views.parts` and what lies below.
"""
