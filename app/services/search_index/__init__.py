"""The rows that search looks into, kept in step with papers and summaries.

Derived data: imports `counters` of the packages of services, and the layers below.
"""
