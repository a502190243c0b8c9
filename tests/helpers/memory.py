"""How much memory a statement takes at most, in a process of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

SECONDS = 1.0
MEGABYTES = 100


def peak_of(statement: str, path: Path, imports: str) -> tuple[str, float, int]:
    """Run a statement in a process of its own.

    Returns:
        The name of the `Bad` exception that it raised, or what it put into `said`; seconds of
        processor time; megabytes at its peak.
    """
    code = (
        "import re, sys, time\n"
        f"{imports}\n"
        "start, said = time.process_time(), 'nothing'\n"
        "try:\n"
        f"    {statement}\n"
        "except Bad as error:\n"
        "    said = type(error).__name__\n"
        "took = time.process_time() - start\n"
        # The process's own peak; getrusage would count what its parent had before.
        "peak = re.search(r'VmHWM:\\s+(\\d+)', open('/proc/self/status').read())[1]\n"
        "print(f'{said};{took};{int(peak) // 1000}')\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(path)],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    said, seconds, megabytes = done.stdout.strip().split(";")
    return said, float(seconds), int(megabytes)
