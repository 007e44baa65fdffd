"""The connector: what the host calls. What the source's words mean is in `nodes.py`, which needs no host."""

import json
from pathlib import Path

from wit_world import exports
from wit_world.exports.inventory import DevicePage
from wit_world.imports import http

from failure import answered
from nodes import Answer, page_of, url_of

# Read while the component is built; a component has no files.
DOCUMENT = json.loads(Path(__file__).with_name("manifest.json").read_text())


class Manifest(exports.Manifest):
    def describe(self) -> str:
        return json.dumps(DOCUMENT, ensure_ascii=False, separators=(",", ":"))


class Inventory(exports.Inventory):
    @answered
    def list_inventory(self, config: str, cursor: str | None) -> DevicePage:
        settings = json.loads(config)
        url = url_of(settings, cursor)
        response = http.send(
            http.Request(
                method="GET",
                url=url,
                headers=[http.Header("accept", "application/json")],
                secret_headers=[],
                body=b"",
                deadline_milliseconds=0,
            )
        )
        return page_of(settings, Answer(url, response.status, response.body))
