"""Links between papers: rows of both directions, graphs, what is wrong, what is wanted.

Reads only, on `visibility`; imports queries, models and leaves.
"""
