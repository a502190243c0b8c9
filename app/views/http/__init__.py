"""What all pages share: access, errors, forms, headers, assets, template helpers.

Imports services and queries, and no room of pages.
"""
