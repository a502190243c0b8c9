"""How much work and memory a statement takes at most, in a process of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.helpers.waiting import SAFETY

STEPS = 1_000_000  # lines of Python
MEGABYTES = 100
_ROOT = Path(__file__).parents[2]
_CODE = r"""
import re, sys
from tests.helpers.steps import steps
{imports}
said = 'nothing'
def run():
    global said
    try:
        {statement}
    except Bad as error:
        said = type(error).__name__
taken = steps(run)
# The process's own peak; getrusage would count what its parent had before.
peak = re.search(r'VmHWM:\s+(\d+)', open('/proc/self/status').read())[1]
print(f'{{said}};{{taken}};{{int(peak) // 1000}}')
"""


def peak_of(statement: str, path: Path, imports: str) -> tuple[str, int, int]:
    """Run a statement in a process of its own.

    Returns:
        The name of the `Bad` exception that it raised, or what it put into `said`; the lines of
        Python that it ran; megabytes at its peak.
    """
    done = subprocess.run(
        [sys.executable, "-c", _CODE.format(imports=imports, statement=statement), str(path)],
        cwd=_ROOT,
        capture_output=True,
        text=True,
        check=True,
        timeout=SAFETY,
    )
    said, taken, megabytes = done.stdout.strip().split(";")
    return said, int(taken), int(megabytes)
