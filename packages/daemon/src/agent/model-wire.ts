import type { Capabilities } from "@heddle/protocol";
import type { ModelEvent, ModelRequest } from "./model-types.ts";

/** How one API is asked, and how it answers. */
export interface Wire {
  /** Below the endpoint's address. */
  readonly path: string;
  readonly headers: (request: ModelRequest) => Readonly<Record<string, string>>;
  /** The same request gives the same bytes, and a longer history only adds to them. */
  readonly body: (request: ModelRequest, capabilities: Capabilities) => object;
  readonly reader: () => ResponseReader;
}

/** Reads one streamed response. */
export interface ResponseReader {
  /** What an event tells; throws a ModelError at one that ends the response badly. */
  read(event: unknown): readonly ModelEvent[];
  /** Whether the response has said that it is over, and only its numbers may still come. */
  readonly over: boolean;
  /** What the end of the stream tells; nothing, where the response was not over. */
  end(): readonly ModelEvent[];
}
