/** What the host is told when a call fails. */

import type { Failure } from "portcullis:plugin/types@0.1.3";

/**
 * Runs a call so that all it throws is a failure. One of the host is the payload of an error; any other error is a defect
 * of this plugin, and would otherwise end the call without a word.
 */
export function answered<T>(call: () => T): T {
  try {
    return call();
  } catch (thrown) {
    if (!(thrown instanceof Error)) throw thrown;
    if ("payload" in thrown) throw thrown.payload;
    const failure: Failure = { kind: "internal", message: `${thrown}\n${thrown.stack}`, remedy: "" };
    throw failure;
  }
}
