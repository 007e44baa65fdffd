"""Lets the tests import the plugin, and the bindings that building it leaves in `bindings/`."""

import sys
from pathlib import Path

project = Path(__file__).parent.parent
sys.path[:0] = [str(project), str(project / "bindings")]
