import { DaemonError, type Failure } from "@heddle/protocol";
import { ModelError, type ModelErrorKind } from "./model-error.ts";
import type { TurnHost } from "./turn-host.ts";

/** A failure as users read it: which model, where, why, and what to do. Throws what is unexpected. */
export function failureOf(error: unknown, host: TurnHost): Failure {
  if (error instanceof DaemonError) {
    return { kind: error.kind, message: error.message, details: { ...error.details } };
  }
  if (!(error instanceof ModelError)) throw error;
  const { kind, message, status } = error;
  const where = `${host.model} at ${host.endpoint.baseUrl}`;
  const hint = hints[kind];
  return {
    kind: kind === "unauthorized" ? "noCredentials" : "providerUnavailable",
    message: `${where}: ${message}${hint ? `; ${hint}` : ""}`,
    details: { reason: kind, ...(status === undefined ? {} : { status }) },
  };
}

const hints: Partial<Record<ModelErrorKind, string>> = {
  network: "check that the endpoint runs and that base_url is right",
  unauthorized: "check the provider's key in the configuration",
  quota: "the provider refuses until the quota is raised",
  contextLength: "start a new thread",
};
