"""What a reader does with their reading list, and what merges make of lists.

Nobody else learns of any of it. May import `services.links` and what lies below.
"""
