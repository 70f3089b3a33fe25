import type { Capabilities, WireApi } from "@heddle/protocol";
import type { ModelError } from "./model-error.ts";

/** What is taken for granted of an endpoint until it is asked, or refuses it. */
export function presumed(wireApi: WireApi): Capabilities {
  return {
    wireApi,
    functionCalls: true,
    customTools: wireApi === "responses",
    reasoning: true,
    usage: true,
    replaysReasoning: false,
    contextLength: null,
    probedAt: null,
  };
}

/** Whether an endpoint refused the form of a request, rather than what it asks for. */
export function isRefusedForm({ kind, status }: ModelError): boolean {
  return (
    kind === "badRequest" && status !== undefined && [400, 404, 405, 422, 501].includes(status)
  );
}

/** Whether it refused a history for want of the reasoning that it gave itself. */
export function demandsReasoning(error: ModelError): boolean {
  return (
    isRefusedForm(error) &&
    /reasoning\w*\W[^.]*\b(?:must|missing)|missing\W[^.]*\breasoning/i.test(error.message)
  );
}
