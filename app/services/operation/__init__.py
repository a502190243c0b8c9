"""What a site needs to run: schema, rerender, tidying, the sample library, fonts.

Imports every other package of services; none of them imports it.
"""
