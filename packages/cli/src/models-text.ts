import type { Capabilities, Methods, Model, Price, ResultOf } from "@heddle/protocol";
import { printableLine } from "./terminal/printable.ts";
import { table } from "./terminal/table.ts";

type List = ResultOf<Methods, "model/list">;

const headings = ["MODEL", "ROLES", "CONTEXT", "EDITS BY", "ENDPOINT", "$ PER MILLION", "GOOD FOR"];

/** The models, those with a role first. */
export function modelTable({ models, roles }: List, width: number | undefined): string {
  const order = models.toSorted((a, b) => Number(b.roles.length > 0) - Number(a.roles.length > 0));
  const rows = order.map((model) => [
    printableLine(model.id),
    roles
      .filter((role) => role.model === model.id)
      .map(roleText)
      .join(", "),
    model.contextLength === null ? "?" : contextText(model.contextLength),
    model.editTool,
    endpointText(model.capabilities),
    priceText(model.price),
    printableLine(model.use ?? ""),
  ]);
  return table(headings, rows, width);
}

function roleText({ role, effort }: List["roles"][number]): string {
  return effort === null ? role : `${role} (${effort})`;
}

function contextText(tokens: number): string {
  return tokens % 1000 === 0 ? `${tokens / 1000}k` : `${Math.round(tokens / 1024)}k`;
}

/** The API, and what is missing of what others can do. */
function endpointText(capabilities: Capabilities | null): string {
  if (capabilities === null) return "not asked yet";
  const lacks = [
    ...(capabilities.functionCalls ? [] : ["no calls"]),
    ...(capabilities.reasoning ? [] : ["no effort"]),
    ...(capabilities.usage ? [] : ["no counts"]),
  ];
  return [capabilities.wireApi, ...lacks].join(", ");
}

function priceText(price: Price | null): string {
  return price === null ? "?" : `${price.input} in, ${price.output} out`;
}

/** What a person has to be told beside the table: what is ready, what is wrong, and what to do. */
export function modelWords({ providers, models }: List): string[] {
  const ready = providers.flatMap(({ id, baseUrl, detected }) => {
    const example = models.find(({ provider }) => provider === id)?.id;
    if (detected === null || example === undefined) return [];
    return `${detected} runs at ${baseUrl} and is ready: heddle models use main ${example}`;
  });
  const inUse = new Set(models.filter(({ roles }) => roles.length > 0).map((one) => one.provider));
  const faults = providers.flatMap(({ id, baseUrl, credentials, failure }) => {
    // A provider that nobody has set up is no fault, unless it is needed.
    if (credentials === "missing" && !inUse.has(id)) return [];
    return failure === null ? [] : [`provider ${id} at ${baseUrl}: ${failure}`];
  });
  const warnings = models.flatMap((model) => warningOf(model));
  const dates = new Set(models.flatMap(({ price }) => (price ? [price.asOf] : [])));
  dates.delete("config");
  const dated = [...dates].map((date) => `prices as of ${date}; yours go into [prices]`);
  return [...ready, ...faults, ...warnings, ...dated].map(printableLine);
}

function warningOf({ id, warning }: Model): string[] {
  return warning === null ? [] : [`${id}: ${warning}`];
}

/** One line for each thing that an endpoint can do, or cannot. */
export function capabilityLines(found: Capabilities): string[] {
  const { wireApi, functionCalls, customTools, reasoning, usage, contextLength } = found;
  const yes = (can: boolean, without: string) => (can ? "yes" : `no: ${without}`);
  const api = { responses: "Responses", chat: "Chat Completions" }[wireApi];
  return [
    `API             ${api}`,
    `function calls  ${yes(functionCalls, "asked to call a tool, it did not")}`,
    `freeform tools  ${yes(customTools, "patches go through a function")}`,
    `effort          ${yes(reasoning, "none is asked for")}`,
    `token counts    ${yes(usage, "they are estimated")}`,
    `context         ${contextLength === null ? "it does not say" : `${contextLength} tokens`}`,
  ];
}
