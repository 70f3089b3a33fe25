import type { FileStamp } from "../os/tree-reader.ts";
import type { SkipReason } from "./index-types.ts";

/** What a thread that lexes is begun with. */
export interface LexStart {
  readonly root: string;
  readonly algorithm: "sha1" | "sha256";
  /** Contents that are known already, by their keys. */
  readonly known: readonly string[];
}

export interface LexBatch {
  readonly paths: readonly string[];
}

export type LexResult =
  | { readonly path: string; readonly refused: SkipReason }
  | {
      readonly path: string;
      readonly key: string;
      readonly stamp: FileStamp;
      /** What was found, by `writeContent`; absent where the content was known. */
      readonly body?: string;
    };

/** The names are numbered in the order in which the thread met them; the new ones are sent along. */
export interface LexAnswer {
  readonly results: readonly LexResult[];
  readonly newNames: string;
  /** The packed names of each result with a body, one behind the other. */
  readonly packed: Uint32Array;
  readonly lengths: readonly number[];
}
