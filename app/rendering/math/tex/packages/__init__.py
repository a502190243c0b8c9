"""LaTeX packages that notes use, each in TeX that math-core knows.

Imports of `app` only itself and `rendering/math/tex`.
"""
