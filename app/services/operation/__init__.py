"""What a site needs to run: schema, rerender, tidying, jobs, the sample library, fonts.

Imports every other package of services; none of them imports it.
"""
