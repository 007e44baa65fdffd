"""Looks for what nobody may be shown in every file of the workspace: `scan.py nothing`, or `something` where it is to be found
in the log. What the pool holds, on `vault-17`, is its own to see."""

import pathlib
import re
import sys
import zipfile

SECRET = re.compile(rb"vault-9[89]|000000091084|(?<![0-9a-zA-Z])3761[13](?![0-9a-zA-Z])")
OURS = {"metrics", "scan.py"}


def texts(path):
    yield path.read_bytes()
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            for name in archive.namelist():
                yield archive.read(name)


if not SECRET.search(pathlib.Path("metrics").read_bytes()):
    sys.exit("the search finds nothing in the file that has it")
files = [path for path in pathlib.Path(".").rglob("*") if path.is_file() and not path.is_symlink()]
written = [path for path in files if path.name not in OURS and path.suffix not in {".wasm", ".cwasm"}]
found = {str(path) for path in written if any(SECRET.search(text) for text in texts(path))}
if sys.argv[1] == "nothing" and found:
    sys.exit(f"written down: {found}")
if sys.argv[1] == "something" and "trace.log" not in found:
    sys.exit(f"the log has nothing to find: {found}")
