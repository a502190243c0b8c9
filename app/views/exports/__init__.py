"""Papers as files, one or a set of them.

Above all other rooms of views, for an address may also be that of a page whose name ends so.
"""
