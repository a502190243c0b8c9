"""Commands, run as a person runs them.

Those that serve are processes. All others run in this one, as starting Python for each would take
most of the time of the tests.
"""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from click.testing import CliRunner

from app.cli import main
from tests.helpers.running import environment, shortlist
from tests.helpers.waiting import SAFETY

SECRET = {"SHORTLIST_SECRET_KEY": "s" * 40}
SERVING = ("demo", "serve")


def run(
    data_dir: Path, *arguments: str, stdin: str = "", **settings: str
) -> subprocess.CompletedProcess[str]:
    """What a command says, and its exit code."""
    env = environment(data_dir, **settings)
    if arguments and arguments[0] in SERVING and "--help" not in arguments:
        return subprocess.run(
            shortlist(*arguments),
            env=env,
            input=stdin,
            capture_output=True,
            text=True,
            timeout=SAFETY,
            check=False,
        )
    without = dict.fromkeys(os.environ.keys() - env.keys())
    done = CliRunner().invoke(main, arguments, input=stdin, env={**env, **without})
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return subprocess.CompletedProcess(arguments, done.exit_code, done.stdout, done.stderr)


def assert_refused(done: subprocess.CompletedProcess[str], says: str) -> None:
    assert done.returncode == 1, done
    assert says in done.stderr
    assert "Traceback" not in done.stderr
