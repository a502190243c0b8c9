"""TeX: tokens, macros, and what math-core lacks in terms of what it knows.

Pure; it imports nothing of `app` but itself.
"""
