"""The policy of plugins/checks/gpu-budget for checkov: every pool has an owner, and no owner plans more GPUs than BUDGET."""

from checkov.common.models.enums import CheckCategories, CheckResult
from checkov.terraform.checks.resource.base_resource_check import BaseResourceCheck

BUDGET = 12


def first(value):
    return value[0] if isinstance(value, list) else value


class OwnerAndBudget(BaseResourceCheck):
    def __init__(self):
        super().__init__(
            name="GPU pools have an owner and stay within its budget",
            id="CKV_PORTCULLIS_1",
            categories=[CheckCategories.GENERAL_SECURITY],
            supported_resources=["portcullis_gpu_pool"],
        )
        self.planned = {}

    def scan_resource_conf(self, conf):
        owner = first(conf.get("owner"))
        if not owner:
            return CheckResult.FAILED
        gpu = first(conf.get("gpu"))
        gpus = int(first(gpu["replicas"])) * int(first(gpu["gpus_per_replica"]))
        self.planned[owner] = self.planned.get(owner, 0) + gpus
        return CheckResult.FAILED if self.planned[owner] > BUDGET else CheckResult.PASSED


check = OwnerAndBudget()
