import { DaemonError } from "@heddle/protocol";
import type { JSONRPCID, JSONRPCRequest } from "json-rpc-2.0";
import type { Incoming } from "./incoming.ts";

const idLimit = 200;
/** What is sent comes back in events, which carry more than the params. */
const paramsLimitBytes = 512 * 1024;

/** What is wrong with a request's envelope, if anything. */
export function envelopeProblem(message: unknown): string | undefined {
  if (!isObject(message)) return "expected an object";
  if (message.jsonrpc !== "2.0") return 'expected jsonrpc to be "2.0"';
  if (typeof message.method !== "string") return "expected method to be a string";
  const { id, params } = message;
  if (id !== undefined && id !== null && !isId(id)) {
    return `expected id to be a number below 2^53 or a string of at most ${idLimit} characters`;
  }
  if (params !== undefined && !isObject(params)) return "expected params to be an object";
  return undefined;
}

/** The id under which a message is answered: null where it has none that could be repeated. */
export function idOf(message: unknown): JSONRPCID {
  const id = isObject(message) ? message.id : null;
  return isId(id) ? id : null;
}

/** A request that gets no answer, whatever becomes of it. */
export function isNotification(message: unknown): boolean {
  return isObject(message) && message.id === undefined && envelopeProblem(message) === undefined;
}

export function isSubscription(message: unknown): boolean {
  return isObject(message) && String(message.method).endsWith("/subscribe");
}

/** Throws at params that no event could carry, and at text that is not Unicode. */
export function checkParams({ method, params }: JSONRPCRequest, frame: Incoming): void {
  if (frame.bytes > paramsLimitBytes) refuseLarge(method, params);
  if (!frame.torn || isWellFormed(params)) return;
  const message = `${method}: expected whole characters; a text holds half of a surrogate pair`;
  throw new DaemonError("invalidParams", message);
}

function refuseLarge(method: string, params: unknown): void {
  const bytes = Buffer.byteLength(JSON.stringify(params ?? {}));
  if (bytes <= paramsLimitBytes) return;
  const message = `the params of ${method} have ${bytes} bytes, at most ${paramsLimitBytes} are taken; put long text into a file and name that`;
  throw new DaemonError("tooLarge", message, { bytes, limitBytes: paramsLimitBytes });
}

/** Such text could neither be stored nor sent to a model as it is. */
function isWellFormed(value: unknown): boolean {
  if (typeof value === "string") return value.isWellFormed();
  if (typeof value !== "object" || value === null) return true;
  return Object.entries(value).every(([key, member]) => key.isWellFormed() && isWellFormed(member));
}

/** A larger number would come back as another one. */
function isId(id: unknown): id is string | number {
  if (typeof id === "string") return id.length <= idLimit;
  return typeof id === "number" && Math.abs(id) <= Number.MAX_SAFE_INTEGER;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
