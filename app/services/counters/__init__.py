"""Numbers that pages show and lists are ordered by, kept in step by each write.

Derived data: imports no other package of services, and the layers below.
"""
