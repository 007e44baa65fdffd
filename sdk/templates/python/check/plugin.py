"""The check: what the host calls. What it demands is in `owners.py`, which needs no host."""

import json
from pathlib import Path

from wit_world import exports
from wit_world.exports.evaluation import Finding

from failure import answered
from owners import judge

# Read while the component is built; a component has no files.
DOCUMENT = json.loads(Path(__file__).with_name("manifest.json").read_text())


class Manifest(exports.Manifest):
    def describe(self) -> str:
        return json.dumps(DOCUMENT, ensure_ascii=False, separators=(",", ":"))


class Evaluation(exports.Evaluation):
    @answered
    def run(self, plan: str, config: str) -> list[Finding]:
        return judge(json.loads(plan), json.loads(config))
