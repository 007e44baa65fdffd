/** Every GPU pool has an owner. */

import type { Finding } from "portcullis:plugin/evaluation@0.1.3";

/** `config` in HCL. `manifest.json` has its schema, which the host has checked. */
export interface Config {
  prefix?: string;
}

/** The part of a plan document (sdk/plan-document.md) that this check reads. */
export interface Plan {
  resources: Resource[];
}

interface Resource {
  address: string;
  type: string;
  /** Null when the resource will be deleted. */
  planned?: { owner?: string | null } | null;
  /** Paths that are decided at apply. */
  unknown?: string[];
}

/** A finding for each pool without an owner. An owner that is decided at apply is judged then. */
export function judge(plan: Plan, { prefix = "" }: Config): Finding[] {
  return plan.resources
    .filter(({ type, planned, unknown }) => type === "portcullis_gpu_pool" && planned && !unknown?.includes("owner"))
    .filter(({ planned }) => !planned?.owner || !planned.owner.startsWith(prefix))
    .map(({ address, planned }) => finding(address, planned?.owner, prefix));
}

function finding(address: string, owner: string | null | undefined, prefix: string): Finding {
  const found = owner ? `\`${address}\` has the owner \`${owner}\`` : `\`${address}\` has no owner`;
  const wanted = prefix ? `; every pool needs one that begins with \`${prefix}\`` : "";
  return {
    severity: "error",
    code: "owner-missing",
    address,
    attribute: "owner",
    summary: "Pool without an owner",
    detail: `${found}${wanted}.`,
    remedy: "Set `owner` to the team that answers for the pool.",
  };
}
