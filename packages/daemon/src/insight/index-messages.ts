import type { Queries } from "./all-queries.ts";
import type { RefreshSummary } from "./project-index.ts";

export type IndexCall =
  | { readonly type: "refresh"; readonly root: string; readonly listing?: Uint8Array | undefined }
  | { readonly type: "change"; readonly root: string; readonly paths: readonly string[] }
  | { readonly type: "keepTrees"; readonly roots: readonly string[] }
  | {
      readonly type: "ask";
      readonly root: string;
      readonly query: keyof Queries;
      readonly params: unknown;
    }
  | { readonly type: "close" };

export interface IndexRequest {
  readonly id: number;
  /** The file of the project's index. */
  readonly database: string;
  readonly call: IndexCall;
}

/** An error crosses between threads without its class. */
export interface IndexError {
  readonly message: string;
  readonly stack: string | undefined;
  readonly kind?: string;
  readonly details?: unknown;
}

export type IndexReply =
  | { readonly id: number; readonly type: "result"; readonly result: unknown }
  | { readonly id: number; readonly type: "error"; readonly error: IndexError }
  | {
      readonly id: number;
      readonly type: "progress";
      readonly done: number;
      readonly total: number;
    };

export type { RefreshSummary };
