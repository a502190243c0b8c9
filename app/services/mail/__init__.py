"""Mail: its queue, its texts, and how it leaves.

Imports models, queries and the queue of jobs; not accounts, which queue their mail here.
"""
