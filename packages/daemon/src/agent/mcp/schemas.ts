import type { JsonSchemaType } from "@modelcontextprotocol/sdk/validation";
import { AjvJsonSchemaValidator } from "@modelcontextprotocol/sdk/validation/ajv";

type Schema = Readonly<Record<string, unknown>>;

/** Keywords under which names stand that are no keywords themselves. */
const named = new Set(["properties", "$defs", "definitions", "dependentSchemas"]);
/** Under these stands data, not a schema. */
const data = new Set(["enum", "const", "default", "examples", "required"]);
/**
 * A pattern of somebody else's can take for ever on a text that was made for it, and a name of a
 * schema can stand for another one. What these ask for, the server has to see to.
 */
const leftOut = new Set([
  "pattern",
  "patternProperties",
  "format",
  "$schema",
  "$id",
  "id",
  "$anchor",
]);

/** What is wrong with a schema itself, if anything. */
export function flawOf(schema: Schema): string | undefined {
  try {
    validatorOf(schema);
    return undefined;
  } catch (error) {
    return messageOf(error);
  }
}

/** Why a value does not fit a schema, or nothing where it does. */
export function misfit(schema: Schema, value: unknown): string | undefined {
  try {
    const { valid, errorMessage } = validatorOf(schema)(value);
    return valid ? undefined : errorMessage.slice(0, 1000);
  } catch (error) {
    return messageOf(error);
  }
}

function validatorOf(schema: Schema) {
  // A new one each time: it keeps every schema that it has seen.
  return new AjvJsonSchemaValidator().getValidator(tamed(schema) as JsonSchemaType);
}

function tamed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(tamed);
  if (typeof value !== "object" || value === null) return value;
  const kept = Object.entries(value).filter(
    ([key, one]) => !leftOut.has(key) && (key !== "$ref" || String(one).startsWith("#")),
  );
  return Object.fromEntries(kept.map(([key, one]) => [key, tamedAt(key, one)]));
}

function tamedAt(key: string, value: unknown): unknown {
  if (data.has(key)) return value;
  if (!named.has(key) || typeof value !== "object" || value === null) return tamed(value);
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, tamed(one)]));
}

function messageOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).slice(0, 300);
}
