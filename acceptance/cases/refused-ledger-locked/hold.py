"""Holds the ledger's write lock until killed or a minute has passed; `held` then holds our process id."""

import os
import sqlite3
import time

database = sqlite3.connect(".portcullis/ledger.db", isolation_level=None)
database.execute("BEGIN IMMEDIATE")
with open("held.part", "w") as file:
    file.write(str(os.getpid()))
os.rename("held.part", "held")
time.sleep(60)
