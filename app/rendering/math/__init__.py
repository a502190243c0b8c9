"""Formulas: found in a text, and made into MathML that is safe.

Pure; of `app` it imports `text`, `references` and its neighbours in `rendering`.
"""
