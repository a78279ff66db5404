"""Makes packaging/nano importable: `packaging` itself is the name of a library and cannot be a package here."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "packaging" / "nano"))
