import json
import unittest
from typing import Any

from componentize_py_types import Err
from nodes import Answer, page_of, url_of

CONFIG = {"url": "https://a.example/nodes", "cluster": "prod"}
NODE = {
    "name": "gpu-a",
    "model": "NVIDIA H200",
    "observed_at": 1795392000,
    "gpus": [{"uuid": "GPU-0", "free": True, "memory_mib": 143771}, {"uuid": "GPU-1", "free": False}, {"uuid": "GPU-2"}],
}


def answer(body: Any, status: int = 200) -> Answer:
    return Answer(CONFIG["url"], status, json.dumps(body).encode())


class Nodes(unittest.TestCase):
    def failure_of(self, given: Answer) -> Any:
        with self.assertRaises(Err) as raised:
            page_of(CONFIG, given)
        return raised.exception.value

    def test_a_node_is_as_many_devices_as_it_has_gpus(self) -> None:
        page = page_of(CONFIG, answer({"nodes": [NODE]}))
        self.assertIsNone(page.next)
        self.assertEqual(
            [(device.uuid, device.index, device.allocation) for device in page.devices],
            [("GPU-0", 0, "free"), ("GPU-1", 1, "used"), ("GPU-2", 2, "unknown")],
        )
        self.assertEqual([device.memory_mib for device in page.devices], [143771, None, None])
        self.assertEqual(page.devices[0].labels, [("cluster", "prod")])

    def test_the_cursor_of_the_page_before_leads_to_the_next_one(self) -> None:
        self.assertEqual(page_of(CONFIG, answer({"nodes": [], "next": "p 2"})).next, "p 2")
        self.assertEqual(url_of(CONFIG, None), "https://a.example/nodes")
        self.assertEqual(url_of(CONFIG, "p 2"), "https://a.example/nodes?cursor=p%202")
        self.assertEqual(url_of({"url": "https://a.example/?all=1"}, "2"), "https://a.example/?all=1&cursor=2")

    def test_the_status_decides_the_kind_of_failure(self) -> None:
        for status, kind in [(403, "refused"), (404, "malformed"), (500, "unreachable")]:
            self.assertEqual(self.failure_of(answer({"nodes": []}, status)).kind, kind)

    def test_what_is_no_list_of_nodes_is_malformed(self) -> None:
        nameless = {key: value for key, value in NODE.items() if key != "name"}
        failure = self.failure_of(answer({"nodes": [NODE, nameless]}))
        self.assertEqual(failure.kind, "malformed")
        self.assertIn("KeyError: 'name'", failure.message)
        for wrong in [{}, [], None, "nodes", {"nodes": [{**NODE, "gpus": 8}]}, {"nodes": [{**NODE, "model": 1}]}]:
            self.assertEqual(self.failure_of(answer(wrong)).kind, "malformed")
        self.assertEqual(self.failure_of(Answer(CONFIG["url"], 200, b"<html>")).kind, "malformed")
