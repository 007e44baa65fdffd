"""Judges a plan with owner_and_budget.rego, as the command line of a Rego engine would, and prints the violations' number."""

import json
import pathlib
import sys

from regopy import Interpreter

here = pathlib.Path(__file__).parent
rego = Interpreter()
rego.add_module("policy", (here / "owner_and_budget.rego").read_text())
rego.set_input(json.loads(pathlib.Path(sys.argv[1]).read_text()))
answer = json.loads(str(rego.query("count(data.portcullis.violations)")))
print(answer["result"][0]["expressions"][0] if "result" in answer else answer["expressions"][0])
