"""The frames made by hand lie beside the snapshot tests."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "snapshots"))
