"""A child that is none: what it would do is done in the process of the test."""

from __future__ import annotations

import os
import pickle
import traceback
from collections.abc import Sequence
from importlib import import_module
from types import ModuleType
from typing import Any

from app.rendering.sandbox.child import ChildFault
from app.services.importing import child as files
from app.services.importing.lists import child as lists

# What the modules have open, which the end of a process would close.
HELD = {files.__name__: files._Open.held, lists.__name__: lists._OpenList.held}


class LocalChild:
    """As `sandbox.child.Child`, without a process and without limits.

    A Python that starts takes longer than most tests. What would go through the pipe is pickled, so
    that what cannot go through it fails here too.
    """

    def __init__(self, module: str, *, files: Sequence[int] = (), **limits: Any) -> None:
        self._module: ModuleType = import_module(module)
        self._files = files
        del limits

    def call(self, name: str, *arguments: Any, **options: Any) -> Any:
        """The answer of a function of the module; raises what `Child.call` raises of it."""
        # A child inherits files, and closes its own.
        own = [os.dup(each) if each in self._files else each for each in arguments]
        try:
            answer = self._module.FUNCTIONS[name](*_send(own), **_send(options))
        except self._module.REFUSALS as error:
            raise _send(error) from None
        except Exception:
            raise ChildFault(traceback.format_exc()) from None
        return _send(answer)

    def stop(self) -> None:
        """Close what a process would close at its end."""
        if held := HELD.get(self._module.__name__):
            held.close()


def _send(value: Any) -> Any:
    return pickle.loads(pickle.dumps(value))
