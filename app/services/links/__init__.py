"""Where the links of texts lead, kept in step with the papers that are here.

Derived data: imports no other package of services, and the layers below.
"""
