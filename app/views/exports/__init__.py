"""Papers as files: a paper, a search, a list, a tag, a venue, an author, a user, everything.

Above all other rooms of views, for an address may also be that of a page whose name ends so.
"""
