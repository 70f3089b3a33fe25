import { type Directive, numberArg } from "./directive.ts";
import { type Args, ScriptError } from "./types.ts";

/**
 * What goes wrong; `at` counts the events that are sent before it does. `silent` takes the request
 * and never answers.
 */
export type FaultKind =
  | { readonly kind: "silent" }
  | { readonly kind: "status"; readonly status: number; readonly code: string | undefined }
  | { readonly kind: "cut" | "end" | "malformed" | "stall"; readonly at: number }
  | { readonly kind: "failed" | "error"; readonly at: number; readonly code: string }
  | { readonly kind: "incomplete"; readonly at: number; readonly reason: string }
  | { readonly kind: "truncatedArguments" };

export type Fault = FaultKind & {
  /** How many responses of a conversation it spoils before all goes well. */
  readonly times: number;
  readonly retryAfterSeconds?: number | undefined;
};

const DEFAULT_AT = 3;

/** `fault=429 times=2 retry-after=1`, `fault=cut at=5`, `fault=failed code=server_error`. */
export function faultOf(args: Args): Fault | undefined {
  const { fault } = args;
  if (fault === undefined) return undefined;
  const times = numberArg(args, "times") ?? 1;
  return { ...faultKind(fault, args), times, retryAfterSeconds: numberArg(args, "retry-after") };
}

function faultKind(kind: string, args: Args): FaultKind {
  const at = numberArg(args, "at") ?? DEFAULT_AT;
  switch (kind) {
    case "cut":
    case "end":
    case "malformed":
    case "stall":
      return { kind, at };
    case "failed":
    case "error":
      return { kind, at, code: args.code ?? "server_error" };
    case "incomplete":
      return { kind, at, reason: args.reason ?? "max_output_tokens" };
    case "truncatedArguments":
    case "silent":
      return { kind };
    default:
      return statusFault(kind, args);
  }
}

function statusFault(text: string, args: Args): FaultKind {
  const status = Number(text);
  if (status >= 400 && status <= 599) return { kind: "status", status, code: args.code };
  throw new ScriptError(`no fault is called "${text}"`);
}

/** Counts, per conversation, which faults have been spent. */
export class FaultCounter {
  readonly #faults: readonly Fault[];
  readonly #spent = new Map<string, number>();

  /** `faults` befall every conversation, in this order, after the one that it asks for itself. */
  constructor(faults: readonly Fault[] = []) {
    this.#faults = faults;
  }

  take(cacheKey: string, directive: Directive | undefined): Fault | undefined {
    const asked = directive && faultOf(directive.args);
    if (asked && this.#spend(`${cacheKey}\n${directive.source}`, asked)) return asked;
    return this.#faults.find((fault, index) => this.#spend(`${cacheKey}\n${index}`, fault));
  }

  #spend(key: string, { times }: Fault): boolean {
    const spent = this.#spent.get(key) ?? 0;
    if (spent >= times) return false;
    this.#spent.set(key, spent + 1);
    return true;
  }
}
