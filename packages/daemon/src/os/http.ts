import type nodeHttp from "node:http";

/**
 * Node's HTTP server and client. Importing `node:http` by name would read all that it exports, and so
 * load its WebSocket and fetch, which nothing of ours uses: that takes as long as starting Node does.
 */
export const http: typeof nodeHttp = process.getBuiltinModule("node:http");
