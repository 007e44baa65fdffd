"""Makes GPU instances on the host: `make.py POOL` those that a pool was promised, `make.py POOL INSTANCE` another one on the
GPU of its first; `make.py --remove INSTANCE` takes those of that name away again."""

import re
import sqlite3
import sys

with open("host.toml", encoding="utf-8") as file:
    lines = file.read().splitlines()


def line(instance):
    profile, start = instance.split("@")
    number = sum("MIG-" in text for text in lines) + 1
    uuid = f"MIG-00000000-0000-4000-8000-00000000000{number}"
    return f'    {{ id = {number}, profile = "{profile}", start = {start}, uuid = "{uuid}" }},'


if sys.argv[1] == "--remove":
    profile, start = sys.argv[2].split("@")
    taken = re.compile(f'profile = "{re.escape(profile)}", start = {start},')
    lines = [text for text in lines if not taken.search(text)]
else:
    ledger = sqlite3.connect(".portcullis/ledger.db")
    query = "SELECT device FROM reservation WHERE pool = ? ORDER BY device"
    keys = [key for (key,) in ledger.execute(query, (sys.argv[1],))]
    assert keys, f"pool {sys.argv[1]} holds nothing"
    places = [key.split("/")[2:] for key in keys]
    if len(sys.argv) > 2:
        places = [(places[0][0], sys.argv[2])]
    for gpu, instance in places:
        at = next(number for number, text in enumerate(lines) if f'uuid = "{gpu}"' in text)
        at = next(number for number in range(at, len(lines)) if lines[number].startswith("gi = ["))
        lines.insert(at + 1, line(instance))
with open("host.toml", "w", encoding="utf-8") as file:
    file.write("\n".join(lines) + "\n")
