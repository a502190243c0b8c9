"""Counts of requests in this process, for the rate limits.

The library's own store in memory starts a thread at almost each request, which walks through all
counts there are: a write then costs more the more people write.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from threading import Lock

from limits.storage import Storage

SCHEME = "counts"
SWEEP_SECONDS = 30.0  # between two removals of what has ended


@dataclass
class _RateWindow:
    ends_at: float  # seconds since 1970
    count: int = 0


class MemoryCounts(Storage):
    """Counts in fixed windows, each of which begins with its first request."""

    STORAGE_SCHEME = [SCHEME]  # noqa: RUF012  (the library's own form)
    base_exceptions = ValueError

    def __init__(self, uri: str | None = None, wrap_exceptions: bool = False) -> None:
        super().__init__(uri, wrap_exceptions=wrap_exceptions)
        self._lock = Lock()
        self._windows: dict[str, _RateWindow] = {}
        self._next_sweep = 0.0

    def incr(self, key: str, expiry: float, amount: int = 1) -> int:
        """Count requests, and tell how many there are in the present window.

        Args:
            expiry: seconds of a window.
        """
        now = time.time()
        with self._lock:
            if now >= self._next_sweep:
                self._windows = {
                    each: found for each, found in self._windows.items() if found.ends_at > now
                }
                self._next_sweep = now + SWEEP_SECONDS
            window = self._windows.get(key)
            if window is None or window.ends_at <= now:
                window = self._windows[key] = _RateWindow(now + expiry)
            window.count = max(0, window.count + amount)
            return window.count

    def get(self, key: str) -> int:
        window = self._find(key)
        return 0 if window is None else window.count

    def get_expiry(self, key: str) -> float:
        """The end of the present window, in seconds since 1970."""
        window = self._find(key)
        return time.time() if window is None else window.ends_at

    def check(self) -> bool:
        return True

    def reset(self) -> int:
        with self._lock:
            count = len(self._windows)
            self._windows = {}
        return count

    def clear(self, key: str) -> None:
        with self._lock:
            self._windows.pop(key, None)

    def _find(self, key: str) -> _RateWindow | None:
        window = self._windows.get(key)
        return window if window is not None and window.ends_at > time.time() else None
