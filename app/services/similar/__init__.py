"""Which papers are similar: marked by a write, worked out after it.

Derived data: imports `counters` of the packages of services, and the layers below.
"""
