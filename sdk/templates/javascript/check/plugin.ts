/** The check: what the host calls. What it demands is in `owners.ts`, which needs no host. */

import type * as world from "local:plugin/plugin";

import { answered } from "./failure.ts";
import document from "./manifest.json" with { type: "json" };
import { judge } from "./owners.ts";

export const manifest: typeof world.manifest = {
  describe: () => JSON.stringify(document),
};

export const evaluation: typeof world.evaluation = {
  run: (plan, config) => answered(() => judge(JSON.parse(plan), JSON.parse(config))),
};
