import { messageOf } from "@heddle/protocol";
import type { JsonSchemaType, JsonSchemaValidator } from "@modelcontextprotocol/sdk/validation";
import { AjvJsonSchemaValidator } from "@modelcontextprotocol/sdk/validation/ajv";
import { Ajv } from "ajv";

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

/** With its references written out, a schema stands for no more schemas than these. */
const weightAtMost = 20_000;
const validators = new WeakMap<Schema, JsonSchemaValidator<unknown>>();

/** What is wrong with a schema itself, if anything. */
export function flawOf(schema: Schema): string | undefined {
  if (weightOf(schema) > weightAtMost) return "its references stand for too much";
  try {
    validatorOf(schema);
    return undefined;
  } catch (error) {
    return shortly(error);
  }
}

/** Why a value does not fit a schema, or nothing where it does. */
export function misfit(schema: Schema, value: unknown): string | undefined {
  try {
    const { valid, errorMessage } = validatorOf(schema)(value);
    return valid ? undefined : errorMessage.slice(0, 1000);
  } catch (error) {
    return shortly(error);
  }
}

function validatorOf(schema: Schema): JsonSchemaValidator<unknown> {
  const known = validators.get(schema);
  if (known) return known;
  // One for each: it keeps every schema that it has seen. The first fault of a value is enough.
  const ajv = new Ajv({ allErrors: false, strict: false, validateSchema: false });
  const made = new AjvJsonSchemaValidator(ajv).getValidator(tamed(schema) as JsonSchemaType);
  validators.set(schema, made);
  return made;
}

/** How many schemas and values one stands for: few references can stand for very many. */
function weightOf(root: Schema): number {
  const known = new Map<object, number>();
  const weigh = (node: unknown): number => {
    if (typeof node !== "object" || node === null) return 0;
    const weight = known.get(node);
    if (weight !== undefined) return weight;
    // A circle counts once.
    known.set(node, 1);
    let sum = 1;
    for (const [key, one] of Object.entries(node)) {
      sum += weigh(key === "$ref" ? targetOf(root, one) : one);
    }
    const bounded = Math.min(sum, weightAtMost + 1);
    known.set(node, bounded);
    return bounded;
  };
  return weigh(root);
}

function targetOf(root: Schema, reference: unknown): unknown {
  const path = String(reference).split("/").slice(1);
  return path.reduce<unknown>((node, step) => {
    const name = decodeURIComponent(step).replaceAll("~1", "/").replaceAll("~0", "~");
    return (node as Readonly<Record<string, unknown>> | undefined)?.[name];
  }, root);
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

function shortly(error: unknown): string {
  return messageOf(error).slice(0, 300);
}
