import { chatChunks, chatCompletion, chatFault } from "./chat-wire.ts";
import type { Fault } from "./faults.ts";
import type { Json } from "./json.ts";
import { newId, responseEvents, responseObject, type TokenCount } from "./wire.ts";

/** How one API tells what a script says. */
export interface Api {
  readonly events: (
    model: string,
    items: readonly Json[],
    usage: TokenCount | undefined,
  ) => Iterable<Json>;
  /** The same, not streamed. */
  readonly whole: (model: string, items: readonly Json[], usage: TokenCount | undefined) => Json;
  readonly frame: (event: Json, sequence: number) => string;
  readonly isToken: (event: Json) => boolean;
  readonly faultEvent: (fault: Fault) => Json | undefined;
  readonly malformed: string;
  /** What stands behind the last event. */
  readonly end: string;
  /** The announcements of a response, sent before any delay. */
  readonly prefaceEvents: number;
}

export const responsesApi: Api = {
  events: responseEvents,
  whole: (model, output, usage) => {
    const counted = usage ? { usage } : {};
    return responseObject(newId("resp"), model, { status: "completed", output, ...counted });
  },
  frame: (event, sequence_number) =>
    `event: ${String(event.type)}\ndata: ${JSON.stringify({ ...event, sequence_number })}\n\n`,
  isToken: ({ type }) => String(type).endsWith(".delta"),
  faultEvent: responseFault,
  malformed: 'event: response.output_text.delta\ndata: {"type":"resp\n\n',
  end: "",
  prefaceEvents: 2,
};

export const chatApi: Api = {
  events: chatChunks,
  whole: chatCompletion,
  frame: (event) => `data: ${JSON.stringify(event)}\n\n`,
  isToken: ({ choices }) => JSON.stringify(choices).includes('content":'),
  faultEvent: chatFault,
  malformed: 'data: {"choices":[{"del\n\n',
  end: "data: [DONE]\n\n",
  prefaceEvents: 1,
};

function responseFault(fault: Fault): Json | undefined {
  const id = newId("resp");
  switch (fault.kind) {
    case "failed": {
      const error = { code: fault.code, message: "a scripted failure" };
      const response = responseObject(id, "scripted", { status: "failed", output: [], error });
      return { type: "response.failed", response };
    }
    case "incomplete": {
      const { reason } = fault;
      const response = responseObject(id, "scripted", { status: "incomplete", output: [], reason });
      return { type: "response.incomplete", response };
    }
    case "error":
      return { type: "error", code: fault.code, message: "a scripted error", param: null };
    default:
      return undefined;
  }
}
