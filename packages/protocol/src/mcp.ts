import * as z from "zod";
import { mutation, page, pageParams, Timestamp } from "./common.ts";
import { method, unordered } from "./define.ts";
import { McpServerId, ProjectId } from "./ids.ts";

/** What a server is called by its user, and its tools begin with: short, since names of tools are. */
export const McpServerName = z
  .string()
  .regex(/^[a-z0-9](?:[a-z0-9-]{0,22}[a-z0-9])?$/, "expected a name such as github or my-files")
  .describe("Lower case letters, digits and hyphens, at most 24.");
export type McpServerName = z.infer<typeof McpServerName>;

const Variable = z
  .string()
  .max(200)
  .regex(/^[A-Za-z_]\w*$/, "expected the name of an environment variable");

const text = z
  .string()
  .max(4096)
  .regex(/^[^\0]*$/, "expected a text without NUL");

const HeaderName = z
  .string()
  .max(100)
  .regex(/^[A-Za-z][A-Za-z0-9-]*$/, "expected the name of a header");

/** How a server is reached. A secret is named here, never written down. */
export const McpTransport = z.discriminatedUnion("type", [
  z
    .object({
      type: z.literal("stdio"),
      command: text.min(1),
      args: z.array(text).max(100).default([]),
      env: z
        .array(Variable)
        .max(50)
        .default([])
        .describe("Variables that it cannot do without; each has to be granted to the project."),
    })
    .describe("A program that is started in the box of a turn, like its commands."),
  z
    .object({
      type: z.literal("http"),
      url: z
        .url({ protocol: /^https?$/, error: "expected an http or https URL" })
        .max(2000)
        .refine((url) => !URL.parse(url)?.username, "name a variable with the key instead"),
      header: HeaderName.default("Authorization").describe("Where the key goes."),
      keyEnv: Variable.nullable()
        .default(null)
        .describe("A variable of the daemon's environment that holds the key."),
      keyFile: z.string().max(4096).nullable().default(null).describe("A file with the key, 0600."),
    })
    .describe("A server by streamable HTTP, whose host has to be granted to the project."),
]);
export type McpTransport = z.infer<typeof McpTransport>;

const JsonSchema = z.record(z.string(), z.unknown());

export const McpTool = z.object({
  name: z.string().describe("As the server calls it."),
  offeredAs: z.string().describe("As the model is offered it: `mcp__SERVER__TOOL`."),
  description: z.string(),
  inputSchema: JsonSchema,
  outputSchema: JsonSchema.nullable(),
  readOnly: z.boolean().describe("What the server says of it; it is not taken for true."),
  hash: z.string().describe("SHA-256 of all that the server says of the tool."),
});
export type McpTool = z.infer<typeof McpTool>;

export const McpServer = z.object({
  id: McpServerId,
  projectId: ProjectId.nullable().describe("Null for one that all projects have."),
  name: McpServerName,
  transport: McpTransport,
  tools: z
    .array(McpTool.extend({ approvedAt: Timestamp }))
    .describe("Those that a person has approved, word for word: these alone are offered."),
  waiting: z
    .array(McpTool)
    .describe("Those that were new or described otherwise when the server was last looked at."),
  loggedInAt: Timestamp.nullable().default(null).describe("When somebody logged in to it."),
  createdAt: Timestamp,
});
export type McpServer = z.infer<typeof McpServer>;

export const mcpMethods = {
  "mcp/list": method({
    summary: "List MCP servers, oldest first: those of all projects, and those of one.",
    params: z.object({ projectId: ProjectId.optional(), ...pageParams }),
    result: page(McpServer),
    mutates: false,
    scope: unordered,
  }),
  "mcp/add": method({
    summary:
      "Add an MCP server. Nothing is started, and nothing of it is offered, before it is tested and its tools are approved.",
    params: z.object({
      projectId: ProjectId.optional().describe("Without it, for all projects."),
      name: McpServerName,
      transport: McpTransport,
      ...mutation,
    }),
    result: McpServer,
    mutates: true,
    scope: unordered,
  }),
  "mcp/remove": method({
    summary: "Forget an MCP server and what was approved of it. A turn that runs keeps its tools.",
    params: z.object({ serverId: McpServerId, ...mutation }),
    result: McpServer,
    mutates: true,
    scope: unordered,
  }),
  "mcp/test": method({
    summary:
      "Start a server in a read-only box of the project's own checkout, or connect to it, and look at its tools. What was not approved so is `waiting` then.",
    params: z.object({
      serverId: McpServerId,
      projectId: ProjectId.optional().describe("Where it runs, if it is one of all projects."),
      ...mutation,
    }),
    result: z.object({
      server: McpServer,
      version: z.string().describe("What the server calls itself."),
      gone: z.array(z.string()).describe("Approved once, and not there any more."),
      refused: z.array(z.object({ name: z.string(), reason: z.string() })),
    }),
    mutates: true,
    scope: unordered,
  }),
  "mcp/login": method({
    summary:
      "Begin to log in to a server by HTTP (OAuth). The client listens at `redirectUrl`, a person agrees in a browser, and `mcp/finishLogin` gets what the browser brings.",
    params: z.object({
      serverId: McpServerId,
      projectId: ProjectId.optional().describe(
        "Whose hosts are granted, if it is for all projects.",
      ),
      redirectUrl: z
        .string()
        .regex(
          /^http:\/\/127\.0\.0\.1:\d{1,5}\/callback$/,
          "expected http://127.0.0.1:PORT/callback",
        ),
    }),
    result: z.object({ authorizationUrl: z.url() }),
    mutates: false,
    scope: unordered,
  }),
  "mcp/finishLogin": method({
    summary:
      "Finish a login that this daemon has begun. Its tokens are kept in a file, never in a box.",
    params: z.object({
      serverId: McpServerId,
      code: z.string().min(1).max(4096),
      state: z.string().min(1).max(4096),
      ...mutation,
    }),
    result: McpServer,
    mutates: true,
    scope: unordered,
  }),
  "mcp/approve": method({
    summary:
      "Approve tools of a server exactly as they were shown; from the next turn on they are offered.",
    params: z.object({
      serverId: McpServerId,
      tools: z.array(z.object({ name: z.string(), hash: z.string() })).max(200),
      ...mutation,
    }),
    result: McpServer,
    mutates: true,
    scope: unordered,
  }),
};
