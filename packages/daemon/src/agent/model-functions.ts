import type { InputEntry, ModelRequest, ToolSpec } from "./model-types.ts";

type FunctionSpec = Extract<ToolSpec, { type: "function" }>;

/** Freeform tools become functions of one `input`, for endpoints that know no others. */
export function functionSpec(spec: ToolSpec): FunctionSpec {
  if (spec.type === "function") return spec;
  const { name, description } = spec;
  const properties = { input: { type: "string" } };
  const parameters = { type: "object", properties, required: ["input"] };
  return { type: "function", name, description, parameters, strict: false };
}

/** A call or result of a freeform tool, as that of a function. */
export function functionEntry(entry: InputEntry): InputEntry {
  switch (entry.type) {
    case "custom_tool_call": {
      const { call_id, name, input } = entry;
      return { type: "function_call", call_id, name, arguments: JSON.stringify({ input }) };
    }
    case "custom_tool_call_output":
      return { ...entry, type: "function_call_output" };
    default:
      return entry;
  }
}

export function withFunctionsOnly(request: ModelRequest): ModelRequest {
  const { tools, input } = request;
  return { ...request, tools: tools.map(functionSpec), input: input.map(functionEntry) };
}
