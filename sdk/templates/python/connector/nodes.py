"""A list of nodes as the source writes it, and the devices that the host is told of."""

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from componentize_py_types import Err
from wit_world.exports.inventory import Device, DevicePage
from wit_world.imports.types import Failure


@dataclass
class Answer:
    """An answer of the source, and to which question."""

    url: str
    status: int
    body: bytes


def url_of(config: dict[str, Any], cursor: str | None) -> str:
    """Where the page after `cursor` is read."""
    url: str = config["url"]
    if cursor is None:
        return url
    return f"{url}{'&' if '?' in url else '?'}cursor={quote(cursor, safe='')}"


def page_of(config: dict[str, Any], answer: Answer) -> DevicePage:
    """The devices of one page; raises a failure when the answer is not a page."""
    if answer.status != 200:
        raise Err(refusal(answer))
    try:
        page = json.loads(answer.body)
        labels = [("cluster", config["cluster"])] if "cluster" in config else []
        devices = [device for node in page["nodes"] for device in devices_of(node, labels)]
        return DevicePage(devices, page.get("next"))
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise Err(
            Failure(
                kind="malformed",
                message=f"`GET {answer.url}` answered with {len(answer.body)} bytes that are no list of nodes: "
                f"{type(error).__name__}: {error}.",
                remedy="Check that `url` in `config` leads to the list of nodes.",
            )
        ) from None


def devices_of(node: dict[str, Any], labels: list[tuple[str, str]]) -> list[Device]:
    """One device for each GPU of a node."""
    allocations = {True: "free", False: "used", None: "unknown"}
    return [
        Device(
            uuid=text(gpu["uuid"]),
            model=text(node["model"]),
            node=text(node["name"]),
            index=index,
            mig_profile=None,
            memory_mib=gpu.get("memory_mib"),
            memory_used_mib=None,
            allocation=allocations[gpu.get("free")],
            health="unknown",
            health_reason="",
            grade="counted",
            observed_at=int(node["observed_at"]),
            labels=labels,
        )
        for index, gpu in enumerate(node["gpus"])
    ]


def text(value: Any) -> str:
    """The value, which has to be text."""
    if not isinstance(value, str):
        raise TypeError(f"found {value!r}, expected text")
    return value


def refusal(answer: Answer) -> Failure:
    """Why a status other than 200 gives no page."""
    message = f"`GET {answer.url}` answered with status {answer.status}, expected 200."
    if answer.status in (401, 403):
        return Failure("refused", message, "Let the connector read that URL.")
    kind = "unreachable" if answer.status == 429 or answer.status >= 500 else "malformed"
    return Failure(kind, message, "Check `url` in `config`, and the server behind it.")
