"""Services that are asked about papers, one module each (`registry.py` lists them).

`fetch.py` is the only way out, and only services may import it. Of `app` these import `text`,
`references` and `sources`.
"""
