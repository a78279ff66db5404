"""Makes packaging/ and packaging/nano importable: `packaging` is the name of a library and cannot be a package here."""

import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[2] / "packaging" / part) for part in (".", "nano")]
