import assert from "node:assert/strict";
import { test } from "node:test";

import { judge, type Plan } from "../owners.ts";

function pool(owner: string | null, unknown: string[] = []): Plan {
  return { resources: [{ address: "portcullis_gpu_pool.a", type: "portcullis_gpu_pool", planned: { owner }, unknown }] };
}

function codes(plan: Plan, config = {}): string[] {
  return judge(plan, config).map(({ code, attribute }) => `${code} at ${attribute}`);
}

test("a pool needs an owner", () => {
  assert.deepEqual(codes(pool("team:risk-ml")), []);
  for (const owner of [null, ""]) assert.deepEqual(codes(pool(owner)), ["owner-missing at owner"]);
});

test("the prefix decides who may own", () => {
  assert.deepEqual(codes(pool("team:risk-ml"), { prefix: "team:" }), []);
  assert.deepEqual(codes(pool("user:ann"), { prefix: "team:" }), ["owner-missing at owner"]);
});

test("what is decided at apply, deleted or no pool is not judged", () => {
  assert.deepEqual(codes(pool(null, ["owner"])), []);
  assert.deepEqual(codes({ resources: [{ address: "a", type: "portcullis_gpu_pool", planned: null }] }), []);
  assert.deepEqual(codes({ resources: [{ address: "a", type: "portcullis_group", planned: {} }] }), []);
});
