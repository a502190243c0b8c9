"""What ElementTree lacks: text that follows a child is kept by the child."""

from __future__ import annotations

from xml.etree.ElementTree import Element


def add_tail(element: Element, text: str | None) -> None:
    """Appends text after an element's last child."""
    if not text:
        return
    if len(element):
        element[-1].tail = (element[-1].tail or "") + text
    else:
        element.text = (element.text or "") + text
