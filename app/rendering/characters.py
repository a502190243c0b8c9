"""Characters that no page may hold."""

from __future__ import annotations

import re

# C0 and C1 controls (not tab and newline), lone surrogates and noncharacters: none of them may
# stand in HTML or XML text, and Python-Markdown uses two of them as its own marks.
UNWANTED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
