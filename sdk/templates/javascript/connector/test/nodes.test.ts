import assert from "node:assert/strict";
import { test } from "node:test";

import { type Answer, pageOf, urlOf } from "../nodes.ts";

const config = { url: "https://a.example/nodes", cluster: "prod" };
const node = {
  name: "gpu-a",
  model: "NVIDIA H200",
  observed_at: 1795392000,
  gpus: [{ uuid: "GPU-0", free: true, memory_mib: 143771 }, { uuid: "GPU-1", free: false }, { uuid: "GPU-2" }],
};

function answer(body: unknown, status = 200): Answer {
  return { url: config.url, status, text: JSON.stringify(body) };
}

test("a node is as many devices as it has GPUs", () => {
  const { devices, next } = pageOf(config, answer({ nodes: [node] }));
  assert.equal(next, undefined);
  assert.deepEqual(devices.map((device) => [device.uuid, device.index, device.allocation]), [
    ["GPU-0", 0, "free"],
    ["GPU-1", 1, "used"],
    ["GPU-2", 2, "unknown"],
  ]);
  assert.deepEqual([devices[0]?.memoryMib, devices[1]?.memoryMib], [143771, undefined]);
  assert.deepEqual(devices[0]?.labels, [["cluster", "prod"]]);
});

test("the cursor of the page before leads to the next one", () => {
  assert.equal(pageOf(config, answer({ nodes: [], next: "p 2" })).next, "p 2");
  for (const none of [undefined, null]) assert.equal(urlOf(config, none), "https://a.example/nodes");
  assert.equal(urlOf(config, "p 2"), "https://a.example/nodes?cursor=p%202");
  assert.equal(urlOf({ url: "https://a.example/?all=1" }, "2"), "https://a.example/?all=1&cursor=2");
});

test("the status decides the kind of failure", () => {
  for (const [status, kind] of [[403, "refused"], [404, "malformed"], [500, "unreachable"]] as const) {
    assert.throws(() => pageOf(config, answer({ nodes: [] }, status)), { kind });
  }
});

test("what is no list of nodes is malformed and says where", () => {
  const nameless = { ...node, name: undefined };
  assert.throws(() => pageOf(config, answer({ nodes: [node, nameless] })), {
    kind: "malformed",
    message: /nodes\[1\]\.name is undefined, expected a string/,
  });
  for (const wrong of [{}, [], null, "nodes", { nodes: [{ ...node, gpus: 8 }] }]) {
    assert.throws(() => pageOf(config, answer(wrong)), { kind: "malformed" });
  }
});
