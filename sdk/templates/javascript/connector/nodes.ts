/** A list of nodes as the source writes it, and the devices that the host is told of. */

import type { Device, DevicePage } from "portcullis:plugin/inventory@0.1.3";
import type { Failure } from "portcullis:plugin/types@0.1.3";

/** `config` in HCL. `manifest.json` has its schema, which the host has checked. */
export interface Config {
  url: string;
  cluster?: string;
}

/** An answer of the source, and to which question. */
export interface Answer {
  url: string;
  status: number;
  text: string;
}

/** What the source writes. It comes from outside: `pageOf` looks at every field before it is believed. */
interface Node {
  name: string;
  model: string;
  observed_at: number;
  gpus: { uuid: string; memory_mib?: number; free?: boolean }[];
}

/** Where the page after `cursor` is read. What is absent arrives as null, whatever its type says. */
export function urlOf(config: Config, cursor: string | null | undefined): string {
  if (cursor == null) return config.url;
  const separator = config.url.includes("?") ? "&" : "?";
  return `${config.url}${separator}cursor=${encodeURIComponent(cursor)}`;
}

/** The devices of one page; throws a failure when the answer is not a page. */
export function pageOf(config: Config, answer: Answer): DevicePage {
  if (answer.status !== 200) throw refusal(answer);
  const page = parse(answer);
  const labels: [string, string][] = config.cluster === undefined ? [] : [["cluster", config.cluster]];
  const devices = page.nodes.flatMap((node) => devicesOf(node, labels));
  return page.next === undefined ? { devices } : { devices, next: page.next };
}

function devicesOf(node: Node, labels: [string, string][]): Device[] {
  return node.gpus.map((gpu, index) => ({
    uuid: gpu.uuid,
    model: node.model,
    node: node.name,
    index,
    ...(gpu.memory_mib === undefined ? {} : { memoryMib: gpu.memory_mib }),
    allocation: gpu.free === undefined ? "unknown" : gpu.free ? "free" : "used",
    health: "unknown",
    healthReason: "",
    grade: "counted",
    observedAt: node.observed_at,
    labels,
  }));
}

/** Why a status other than 200 gives no page. */
function refusal({ url, status }: Answer): Failure {
  const refused = status === 401 || status === 403;
  const later = status === 429 || status >= 500;
  return {
    kind: refused ? "refused" : later ? "unreachable" : "malformed",
    message: `\`GET ${url}\` answered with status ${status}, expected 200.`,
    remedy: refused ? "Let the connector read that URL." : "Check `url` in `config`, and the server behind it.",
  };
}

function parse({ url, text }: Answer): { nodes: Node[]; next?: string } {
  try {
    const { nodes, next } = JSON.parse(text);
    for (const [at, node] of nodes.entries()) mustBeNode(node, `nodes[${at}]`);
    return next == null ? { nodes } : { nodes, next: String(next) };
  } catch (error) {
    const failure: Failure = {
      kind: "malformed",
      message: `\`GET ${url}\` answered with ${text.length} characters that are no list of nodes: ${(error as Error).message}.`,
      remedy: "Check that `url` in `config` leads to the list of nodes.",
    };
    throw failure;
  }
}

function mustBeNode(node: Node, at: string): void {
  mustBe("string", node.name, `${at}.name`);
  mustBe("string", node.model, `${at}.model`);
  mustBe("number", node.observed_at, `${at}.observed_at`);
  for (const [index, gpu] of node.gpus.entries()) {
    mustBe("string", gpu.uuid, `${at}.gpus[${index}].uuid`);
  }
}

function mustBe(type: string, value: unknown, at: string): void {
  if (typeof value !== type) throw new TypeError(`${at} is ${JSON.stringify(value)}, expected a ${type}`);
}
