"""dblp's XML file, read record by record in bounded memory.

It reads the file, and imports nothing of `app` but itself; only services may import it.
"""
