/** The connector: what the host calls. What the source's words mean is in `nodes.ts`, which needs no host. */

import { Buffer } from "node:buffer";

import type * as world from "local:plugin/plugin";
import { send } from "portcullis:plugin/http@0.1.3";

import { answered } from "./failure.ts";
import document from "./manifest.json" with { type: "json" };
import { type Config, pageOf, urlOf } from "./nodes.ts";

export const manifest: typeof world.manifest = {
  describe: () => JSON.stringify(document),
};

export const inventory: typeof world.inventory = {
  listInventory: (configText, cursor) =>
    answered(() => {
      const config = JSON.parse(configText) as Config;
      const url = urlOf(config, cursor);
      const { status, body } = send({
        method: "GET",
        url,
        headers: [{ name: "accept", value: "application/json" }],
        secretHeaders: [],
        body: new Uint8Array(),
        deadlineMilliseconds: 0,
      });
      return pageOf(config, { url, status, text: Buffer.from(body).toString() });
    }),
};
