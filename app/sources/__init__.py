"""Where facts about papers come from: one record type, and one module per outside source.

A leaf: nothing here knows of the rest of the program.
"""
