"""What a first visit costs: row heights, requests, bytes, fonts, layout shift."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median

from playwright.sync_api import BrowserContext

SHIFTS = """
  window.shifted = 0;
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shifted += entry.value;
  }).observe({ type: "layout-shift", buffered: true });
"""
MEASURED = """() => {
  const all = [
    ...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")
  ];
  const bytes = (entries) => entries.reduce((sum, each) => sum + each.transferSize, 0);
  return {
    requests: all.length,
    bytes: bytes(all),
    fonts: bytes(all.filter((each) => each.name.endsWith(".woff2"))),
    shift: window.shifted,
    rows: [...document.querySelectorAll(".row")].map((e) => e.getBoundingClientRect().height),
  };
}"""


@dataclass(frozen=True)
class Figures:
    """Of one page at its first visit; sizes in bytes as sent, heights in px."""

    requests: int
    bytes: int
    fonts: int
    shift: float
    rows: list[float]

    def __str__(self) -> str:
        rows = (
            f", rows {median(self.rows):.0f} px (at most {max(self.rows):.0f})" if self.rows else ""
        )
        return (
            f"{self.requests} requests, {self.bytes / 1000:.0f} kB ({self.fonts / 1000:.0f} kB of"
            f" fonts), layout shift {self.shift:.3f}{rows}"
        )


def measure(context: BrowserContext, address: str) -> Figures:
    """Open a page in a context that has seen nothing of the site yet."""
    tab = context.new_page()
    tab.add_init_script(SHIFTS)
    tab.goto(address, wait_until="networkidle")
    tab.evaluate("document.fonts.ready")
    found = Figures(**tab.evaluate(MEASURED))
    tab.close()
    return found
