"""Start JupyterLab without what it loads and never uses.

`jupyterlab` loads a checker of JSON, which builds a grammar of international web addresses (RFC
3987) each time it is loaded: more than half of all that the start of the server computes. None of
the schemas that the server checks names such an address, and the checker does without the grammar
where it is not installed. So here it counts as not installed.
"""

from __future__ import annotations

import importlib
import sys

NEVER_USED = "rfc3987_syntax"


def main() -> None:
    """Run JupyterLab on this process's arguments, and end with its status."""
    sys.modules[NEVER_USED] = None  # type: ignore[assignment]  # so that its import fails
    sys.exit(importlib.import_module("jupyterlab.labapp").main())


if __name__ == "__main__":
    main()
