"""Pages of one's own reading list, and the control that stands beside every paper.

May import `views.http` and what lies below; the notice macros are in `templates/macros/lists.html`.
"""
