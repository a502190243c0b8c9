"""What a worker loads before somebody asks for it: each of these takes megabytes, and time."""

from __future__ import annotations

import subprocess
import sys

import pytest

# Loaded by no other part of the program when it starts, and by what these are for.
FOR_EXTRAS = {"authlib", "joserfc", "fido2"}  # which the installation may lack
FOR_BOOKS, FOR_PICTURES, FOR_FONTS, FOR_MAPS = "lxml", "PIL", "fontTools", {"rustworkx", "numpy"}
LATER = {*FOR_EXTRAS, FOR_BOOKS, FOR_PICTURES, FOR_FONTS, *FOR_MAPS}


@pytest.mark.slow
@pytest.mark.parametrize(
    "module",
    ["app.views.registry", "app.services.importing.child", "app.services.importing.lists.child"],
)
def test_what_few_ask_for_is_loaded_later(module: str) -> None:
    code = f"import sys, {module}; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())
    assert module in loaded
    assert not LATER & loaded
