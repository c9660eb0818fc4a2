"""JupyterLite in a window, for the tests: what drives it is a tool's, too."""

from __future__ import annotations

from course_tools.lite_page import (
    COMPLAINT,
    PANEL,
    ROOM,
    TO_LOAD,
    TO_PAINT,
    TO_RUN,
    Lite,
    open_window,
)

__all__ = ["COMPLAINT", "PANEL", "ROOM", "TO_LOAD", "TO_PAINT", "TO_RUN", "Lite", "open_window"]
