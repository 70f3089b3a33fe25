import * as z from "zod";
import { notifications } from "./daemon.ts";
import { errorCodes } from "./errors.ts";
import * as protocol from "./index.ts";

type Direction = "input" | "output";
type SlashSchema = typeof protocol.SlashCommand;
type Json = { readonly [key: string]: unknown };

for (const [id, value] of Object.entries(protocol)) {
  if (!(value instanceof z.ZodType)) continue;
  z.globalRegistry.add(value, { ...z.globalRegistry.get(value), id });
}

/** JSON Schemas of a document: every exported schema stands once, under `schemas/<direction>`. */
class Schemas {
  readonly named: Record<Direction, Record<string, Json>> = { input: {}, output: {} };

  of(schema: z.ZodType, direction: Direction): Json {
    const made = z.toJSONSchema(schema, { io: direction, unrepresentable: "any" });
    const { $schema: _, $defs = {}, ...rest } = rebase(made, direction) as Record<string, Json>;
    Object.assign(this.named[direction], $defs);
    return rest;
  }
}

function rebase(schema: object, direction: Direction): Json {
  const text = JSON.stringify(schema);
  return JSON.parse(text.replaceAll('"#/$defs/', `"#/schemas/${direction}/`)) as Json;
}

function describeMethods(schemas: Schemas) {
  return Object.entries(protocol.registry).map(([name, { summary, params, result, mutates }]) => ({
    name,
    summary,
    mutates,
    params: schemas.of(params, "input"),
    result: schemas.of(result, "output"),
  }));
}

function describeNotices(schemas: Schemas) {
  return Object.entries(notifications).map(([name, { summary, params }]) => ({
    name,
    summary,
    params: schemas.of(params, "output"),
  }));
}

/** The protocol as one JSON document, from which other languages can generate clients. */
export function renderJsonSchema(): string {
  const schemas = new Schemas();
  const methods = describeMethods(schemas);
  const notices = describeNotices(schemas);
  const { protocolVersion } = protocol;
  const document = {
    protocolVersion,
    methods,
    notifications: notices,
    slashCommands: protocol.slashCommands.map((one) => protocol.SlashCommand.parse(one)),
    errors: errorCodes,
    schemas: schemas.named,
  };
  return `${JSON.stringify(document, null, 1)}\n`;
}

const preamble = `# Protocol reference

Made from \`packages/protocol\` by \`npm run reference\`; edit the schemas there, not this file.
\`protocol.json\` beside it is the same as JSON Schema.

The daemon speaks JSON-RPC 2.0 in WebSocket text frames over a unix socket, at the path \`/v1\`. The
first call of a connection is \`initialize\`. Domain errors have positive codes; branch on
\`error.data.kind\`, never on the message. Lists are pages of \`{data, nextCursor}\`. A method that
mutates takes an \`idempotencyKey\`: the same key returns the first result, for 7 days.
`;

/** The reference as Markdown, for people; types in TypeScript's notation. */
export function renderReference(): string {
  const schemas = new Schemas();
  const methods = describeMethods(schemas).map(
    ({ name, summary, mutates, params, result }) =>
      `### \`${name}\`\n\n${summary}${mutates ? " Mutates." : ""}\n\n` +
      `\`\`\`ts\nparams: ${notation(params)}\nresult: ${notation(result)}\n\`\`\`\n`,
  );
  const notices = describeNotices(schemas).map(
    ({ name, summary, params }) =>
      `### \`${name}\`\n\n${summary}\n\n\`\`\`ts\nparams: ${notation(params)}\n\`\`\`\n`,
  );
  const types = Object.entries({ ...schemas.named.input, ...schemas.named.output })
    .sort(([a], [b]) => a.localeCompare(b, "en"))
    .map(
      ([name, schema]) =>
        `\`\`\`ts\n${comment(schema)}type ${name} = ${notation(schema)}\n\`\`\`\n`,
    );
  const errors = Object.entries(errorCodes).map(([kind, code]) => `| \`${kind}\` | ${code} |`);
  return [
    preamble,
    "## Methods\n",
    ...methods,
    "## Notifications\n",
    ...notices,
    "## Slash commands\n",
    slashIntroduction,
    slashTable(),
    "## Types\n",
    ...types,
    "## Errors\n",
    `| kind | code |\n| --- | --- |\n${errors.join("\n")}\n`,
  ].join("\n");
}

const slashIntroduction = `The words that stand behind a slash, as \`slash/list\` has them. \`$threadId\` is the id of the thread that is
open. An argument fills the param that is named behind it; \`input\` takes it as one part that is a text.
`;

function slashTable(): string {
  const rows = protocol.slashCommands.map((one) => {
    const command = protocol.SlashCommand.parse(one);
    const usage = protocol.slashUsage(command).replaceAll("|", "\\|");
    return `| \`${usage}\` | ${slashCall(command)} | ${command.summary} |`;
  });
  return `| word | calls | does |\n| --- | --- | --- |\n${rows.join("\n")}\n`;
}

function slashCall({ method, params, reads, alone, ...command }: z.output<SlashSchema>): string {
  if (method === null) return "";
  const filled = command.arguments.flatMap(({ name, param }) => {
    return param === null ? [] : [`\`${param}\` from ${name.replaceAll("|", "\\|")}`];
  });
  const read = reads.map(({ param, field, method: from }) => {
    return `\`${param}\` as \`${field}\` of \`${from}\``;
  });
  const fixed = Object.keys(params).length === 0 ? [] : [`\`${JSON.stringify(params)}\``];
  const call = [`\`${method}\``, ...fixed, ...filled, ...read].join(", ");
  return alone === null ? call : `${call}; alone \`${alone.method}\``;
}

function comment(schema: Json, indent = ""): string {
  return schema.description ? `${indent}/** ${schema.description} */\n` : "";
}

function notation(schema: Json, indent = ""): string {
  if (typeof schema.$ref === "string") return schema.$ref.slice(schema.$ref.lastIndexOf("/") + 1);
  if ("const" in schema) return JSON.stringify(schema.const);
  if (Array.isArray(schema.enum))
    return schema.enum.map((value) => JSON.stringify(value)).join(" | ");
  const union = (schema.anyOf ?? schema.oneOf) as Json[] | undefined;
  if (union) return union.map((member) => notation(member, indent)).join(" | ");
  if (schema.type === "array") return `Array<${notation((schema.items ?? {}) as Json, indent)}>`;
  if (schema.type === "object") return objectNotation(schema, indent);
  const types = [schema.type ?? "unknown"].flat();
  return types.map((type) => (type === "integer" ? "number" : String(type))).join(" | ");
}

function objectNotation(schema: Json, indent: string): string {
  const properties = Object.entries((schema.properties ?? {}) as Record<string, Json>);
  if (properties.length === 0) {
    const values = schema.additionalProperties;
    if (typeof values !== "object" || values === null) return "{}";
    return `Record<string, ${notation(values as Json, indent)}>`;
  }
  const inner = `${indent}  `;
  const required = new Set(schema.required as string[] | undefined);
  const lines = properties.map(([name, property]) => {
    const note = property.$ref ? "" : comment(property, inner);
    return `${note}${inner}${name}${required.has(name) ? "" : "?"}: ${notation(property, inner)};`;
  });
  return `{\n${lines.join("\n")}\n${indent}}`;
}
