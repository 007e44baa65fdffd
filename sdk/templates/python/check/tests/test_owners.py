import unittest
from typing import Any

from owners import judge


def pool(owner: str | None, **fields: Any) -> dict[str, Any]:
    return {"address": "portcullis_gpu_pool.a", "type": "portcullis_gpu_pool", "planned": {"owner": owner}, **fields}


class Owners(unittest.TestCase):
    def codes(self, resource: dict[str, Any], **config: str) -> list[str]:
        return [f"{found.code} at {found.attribute}" for found in judge({"resources": [resource]}, config)]

    def test_a_pool_needs_an_owner(self) -> None:
        self.assertEqual(self.codes(pool("team:risk-ml")), [])
        for owner in (None, ""):
            self.assertEqual(self.codes(pool(owner)), ["owner-missing at owner"])

    def test_the_prefix_decides_who_may_own(self) -> None:
        self.assertEqual(self.codes(pool("team:risk-ml"), prefix="team:"), [])
        self.assertEqual(self.codes(pool("user:ann"), prefix="team:"), ["owner-missing at owner"])

    def test_what_is_decided_at_apply_deleted_or_no_pool_is_not_judged(self) -> None:
        self.assertEqual(self.codes(pool(None, unknown=["owner"])), [])
        self.assertEqual(self.codes(pool(None, planned=None)), [])
        self.assertEqual(self.codes(pool(None, type="portcullis_group")), [])
