"""Does something to the GPU that a pool holds first: `damage.py POOL LINE`; `--mend LINE` takes it back, and `--divide POOL`
takes the GPU instance of a pool away."""

import sqlite3
import sys

what, line = sys.argv[1:]
with open("host.toml", encoding="utf-8") as file:
    lines = file.read().splitlines()
if what == "--mend":
    lines.remove(line)
else:
    pool = line if what == "--divide" else what
    ledger = sqlite3.connect(".portcullis/ledger.db")
    query = "SELECT device FROM reservation WHERE pool = ? ORDER BY device"
    (key,) = ledger.execute(query, (pool,)).fetchone()
    device = key.rsplit("/", 1)[1]
    at = next(number for number, text in enumerate(lines) if f'"{device}"' in text)
    if what == "--divide":
        del lines[at]
    else:
        lines.insert(at + 1, line)
with open("host.toml", "w", encoding="utf-8") as file:
    file.write("\n".join(lines) + "\n")
