"""What authors and instructors run."""

import sys

SLOW = "rfc3987_syntax"
"""Takes more time to import than all else together. With it nbformat's jsonschema can check web
addresses of a kind that no notebook's schema asks for; without it, it leaves out that check. This
stands here because it has to come before the first import of nbformat."""

sys.modules.setdefault(SLOW, None)  # type: ignore[arg-type]  # None makes its import fail
