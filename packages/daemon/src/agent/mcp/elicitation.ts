import type { ElicitRequestFormParams, ElicitResult } from "@modelcontextprotocol/sdk/types.js";

/** What a person said to a question: a text, or that there will be none. */
export type Reply =
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "decline" | "cancel" };

/** Puts one question to whoever is there. */
export type Ask = (question: string, options: string[]) => Promise<Reply>;
/** The same, until the signal aborts: then nobody waits for the answer any more. */
export type AskUntil = (question: string, options: string[], signal: AbortSignal) => Promise<Reply>;

type Field = ElicitRequestFormParams["requestedSchema"]["properties"][string];
type Value = string | number | boolean | string[];

const fieldsAtMost = 24;
const triesAtMost = 3;
const questionLength = 4000;
const optionsAtMost = 50;

/** Asks for one field of a form after another; whoever declines one declines the form. */
export async function fillForm(
  server: string,
  { message, requestedSchema }: ElicitRequestFormParams,
  ask: Ask,
): Promise<ElicitResult> {
  const fields = Object.entries(requestedSchema.properties);
  const required = new Set(requestedSchema.required ?? []);
  const heading = `The MCP server ${server} asks: ${message}`.slice(0, questionLength);
  if (fields.length > fieldsAtMost) return { action: "cancel" };
  if (fields.length === 0) {
    const reply = await ask(heading, ["yes", "no"]);
    if (reply.type !== "text") return { action: reply.type };
    return { action: isYes(reply.text) ? "accept" : "decline" };
  }
  const content: Record<string, Value> = {};
  for (const [name, field] of fields) {
    const question = `${heading}\n${titleOf(name, field, required.has(name))}`;
    const reply = await askField({ question, field, optional: !required.has(name) }, ask);
    if (typeof reply === "object" && "action" in reply) return reply;
    if (reply !== undefined) content[name] = reply;
  }
  return { action: "accept", content };
}

interface Asked {
  readonly question: string;
  readonly field: Field;
  readonly optional: boolean;
}

async function askField(
  { question, field, optional }: Asked,
  ask: Ask,
): Promise<Value | undefined | { action: "decline" | "cancel" }> {
  let wrong = "";
  for (let count = 0; count < triesAtMost; count += 1) {
    const reply = await ask(`${question}${wrong}`, optionsOf(field));
    if (reply.type !== "text") return { action: reply.type };
    if (optional && reply.text.trim() === "-") return undefined;
    const value = valueIn(field, reply.text.trim());
    if (value !== undefined) return value;
    wrong = `\n${JSON.stringify(reply.text.slice(0, 100))} does not fit; it is a ${field.type}.`;
  }
  return { action: "cancel" };
}

function titleOf(name: string, field: Field, required: boolean): string {
  const { title = name, description = "" } = field;
  const about = description === "" ? "" : `: ${description}`;
  const hint = field.type === "array" ? " (several with commas between)" : "";
  const optional = required ? "" : ' ("-" leaves it out)';
  return `${title}${about}${hint}${optional}`.slice(0, questionLength / 4);
}

function optionsOf(field: Field): string[] {
  if (field.type === "boolean") return ["yes", "no"];
  return (choicesOf(field) ?? []).slice(0, optionsAtMost);
}

/** What can be chosen of; undefined where anything can be said. */
function choicesOf(field: Field): string[] | undefined {
  if (field.type === "array") return choicesIn(field.items);
  return field.type === "string" ? choicesIn(field) : undefined;
}

function choicesIn(of: object): string[] | undefined {
  if ("enum" in of && Array.isArray(of.enum)) return of.enum.map(String);
  const titled = "oneOf" in of ? of.oneOf : "anyOf" in of ? of.anyOf : undefined;
  return Array.isArray(titled) ? titled.map((one: { const: string }) => one.const) : undefined;
}

function valueIn(field: Field, text: string): Value | undefined {
  const choices = choicesOf(field);
  switch (field.type) {
    case "boolean":
      return isYes(text) ? true : isNo(text) ? false : undefined;
    case "number":
    case "integer": {
      const value = Number(text);
      const isWhole = field.type === "number" || Number.isInteger(value);
      return text !== "" && Number.isFinite(value) && isWhole ? value : undefined;
    }
    case "array": {
      const values = text.split(",").map((one) => one.trim());
      return values.every((one) => choices?.includes(one) ?? true) ? values : undefined;
    }
    case "string":
      return choices?.includes(text) === false ? undefined : text;
  }
}

const isYes = (text: string): boolean => /^(?:y|yes|true|accept|ok)$/i.test(text.trim());
const isNo = (text: string): boolean => /^(?:n|no|false|decline)$/i.test(text.trim());
