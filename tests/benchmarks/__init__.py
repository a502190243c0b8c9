"""Figures that the project promises, each as a ratio to a yardstick that runs in the same minutes.

`python -m tests.benchmarks --help` lists them.
"""
