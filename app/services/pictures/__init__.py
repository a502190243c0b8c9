"""Pictures that writers upload: their files, their addresses, who keeps them.

Imports no other package of services but those of derived data, and the layers below.
"""
