"""Looks for what nobody may be shown in every file of the workspace, those inside of archives too."""

import pathlib
import re
import sys
import zipfile

# Numbers stand alone: a digest has every digit somewhere.
SECRET = [rb"(?<![0-9a-zA-Z])%s(?![0-9a-zA-Z])" % word for word in (b"37613", b"37611", b"53471", b"91084", b"vault-99")]
OURS = {"fleet.toml", "scan.py"}


def texts(path):
    yield path.read_bytes()
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            for name in archive.namelist():
                yield archive.read(name)


def found(path):
    return [match.decode() for text in texts(path) for secret in SECRET for match in re.findall(secret, text)]


# A search that finds nothing where there is something proves nothing.
if len(set(found(pathlib.Path("fleet.toml")))) < 3:
    sys.exit("the search finds nothing in the file that has it")
# The provider itself is a link, and what it is built of is not what it writes.
files = [path for path in pathlib.Path(".").rglob("*") if path.is_file() and not path.is_symlink()]
written = [path for path in files if path.name not in OURS and path.stat().st_size < 50_000_000]
if not any(path.name.startswith("ledger.db") for path in written):
    sys.exit("there is no ledger to search")
leaks = {str(path): leak for path in written if (leak := found(path))}
if leaks:
    sys.exit(f"written down: {leaks}")
