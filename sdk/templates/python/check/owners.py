"""Every GPU pool has an owner."""

from typing import Any

from wit_world.exports.evaluation import Finding


def judge(plan: dict[str, Any], config: dict[str, Any]) -> list[Finding]:
    """A finding for each pool without an owner. An owner that is decided at apply is judged then.

    `plan` is a plan document (sdk/plan-document.md). `config` has the schema that `manifest.json` gives it.
    """
    prefix = config.get("prefix", "")
    return [finding(pool, prefix) for pool in pools(plan) if not has_owner(pool, prefix)]


def pools(plan: dict[str, Any]) -> list[dict[str, Any]]:
    """The pools that will be there after apply and whose owner is known."""
    return [
        resource
        for resource in plan["resources"]
        if resource["type"] == "portcullis_gpu_pool"
        and resource.get("planned") is not None
        and "owner" not in resource.get("unknown", [])
    ]


def has_owner(pool: dict[str, Any], prefix: str) -> bool:
    owner = pool["planned"].get("owner")
    return bool(owner) and owner.startswith(prefix)


def finding(pool: dict[str, Any], prefix: str) -> Finding:
    address, owner = pool["address"], pool["planned"].get("owner")
    found = f"`{address}` has the owner `{owner}`" if owner else f"`{address}` has no owner"
    wanted = f"; every pool needs one that begins with `{prefix}`" if prefix else ""
    return Finding(
        severity="error",
        code="owner-missing",
        address=address,
        attribute="owner",
        summary="Pool without an owner",
        detail=f"{found}{wanted}.",
        remedy="Set `owner` to the team that answers for the pool.",
    )
