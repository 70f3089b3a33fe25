import { demoTestFiles } from "./test-files.ts";

/** The repository of the demo: a URL shortener with one failing test. It is committed as it stands. */
export const demoFiles: Readonly<Record<string, string>> = {
  "package.json": `{
  "name": "shortlinks",
  "version": "0.3.0",
  "private": true,
  "description": "A URL shortener with a small JSON API and no dependencies.",
  "type": "module",
  "engines": { "node": ">=20" },
  "scripts": {
    "start": "node src/main.js",
    "test": "node --test"
  }
}
`,
  ".gitignore": `node_modules/
*.log
`,
  "README.md": `# shortlinks

A URL shortener with a small JSON API. It needs Node 20 or newer and nothing else.

    npm start          # listens on port 8080, or on $PORT
    npm test

## API

### POST /links

Takes \`{"url": "https://example.com/a/long/path"}\` and answers 201 with the new link:

    {
      "slug": "k3v9x2a",
      "url": "https://example.com/a/long/path",
      "createdAt": "2026-01-01T12:00:00.000Z"
    }

A URL that is not http or https is answered with 400.

### GET /links

Lists all links, the newest first.

### GET /:slug

Redirects to the link's URL, or answers 404.

## How it is built

\`src/server.js\` holds the routes, \`src/store.js\` the links, \`src/slug.js\` makes the short names and
\`src/validate.js\` checks what comes from outside. Time and chance are passed in, so that tests can
choose them.
`,
  "src/main.js": `import { createServer } from "./server.js";
import { LinkStore } from "./store.js";

const port = Number(process.env.PORT ?? 8080);

createServer(new LinkStore()).listen(port, () => {
  console.log(\`shortlinks listens on http://localhost:\${port}\`);
});
`,
  "src/server.js": `import http from "node:http";
import { HttpError, readJson, sendJson } from "./http.js";
import { parseUrl } from "./validate.js";

// The first route that matches wins, so the one that matches anything stands last.
const routes = [
  { method: "GET", path: /^\\/health$/, handle: health },
  { method: "POST", path: /^\\/links$/, handle: createLink },
  { method: "GET", path: /^\\/links$/, handle: listLinks },
  { method: "GET", path: /^\\/([^/]+)$/, handle: redirect },
];

/** The whole API over one store; call \`listen\` on the result. */
export function createServer(store) {
  return http.createServer(async (request, response) => {
    try {
      await dispatch(store, request, response);
    } catch (error) {
      const status = error instanceof HttpError ? error.status : 500;
      sendJson(response, status, { error: status === 500 ? "internal error" : error.message });
    }
  });
}

async function dispatch(store, request, response) {
  const { pathname } = new URL(request.url, "http://localhost");
  for (const { method, path, handle } of routes) {
    const match = path.exec(pathname);
    if (match && method === request.method) {
      await handle({ store, request, response, slug: match[1] });
      return;
    }
  }
  throw new HttpError(404, \`no \${request.method} \${pathname}\`);
}

function health({ response }) {
  sendJson(response, 200, { status: "ok" });
}

async function createLink({ store, request, response }) {
  const body = await readJson(request);
  const link = store.create(parseUrl(body?.url));
  sendJson(response, 201, present(link));
}

function listLinks({ store, response }) {
  sendJson(response, 200, { links: store.list().map(present) });
}

function redirect({ store, response, slug }) {
  const link = store.find(slug);
  if (!link) throw new HttpError(404, \`no link \${slug}\`);

  // A cached redirect would hide later visits from the server.
  response.writeHead(302, { location: link.url, "cache-control": "no-store" });
  response.end();
}

/** A link as the API shows it. */
function present(link) {
  return {
    slug: link.slug,
    url: link.url,
    createdAt: new Date(link.createdAt).toISOString(),
  };
}
`,
  "src/http.js": `const MAX_BODY_BYTES = 16 * 1024;

/** An error that is the client's fault, with the status to answer it with. */
export class HttpError extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

export async function readJson(request) {
  const chunks = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size > MAX_BODY_BYTES) throw new HttpError(413, "the body is too large");
    chunks.push(chunk);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString("utf8"));
  } catch {
    throw new HttpError(400, "the body is not JSON");
  }
}

export function sendJson(response, status, body) {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify(body));
}
`,
  "src/store.js": `import { createSlug } from "./slug.js";

const MAX_ATTEMPTS = 10;

/** Keeps links in memory, under slugs that no other link has. */
export class LinkStore {
  #links = new Map();

  #now;
  #makeSlug;

  constructor({ now = Date.now, makeSlug = createSlug } = {}) {
    this.#now = now;
    this.#makeSlug = makeSlug;
  }

  create(url) {
    const link = { slug: this.#freeSlug(), url, createdAt: this.#now() };
    this.#links.set(link.slug, link);
    return link;
  }

  find(slug) {
    return this.#links.get(slug);
  }

  /** The newest link comes first. */
  list() {
    return [...this.#links.values()].reverse();
  }

  get size() {
    return this.#links.size;
  }

  #freeSlug() {
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      const slug = this.#makeSlug();
      if (!this.#links.has(slug)) return slug;
    }
    throw new Error("could not find a free slug");
  }
}
`,
  "src/slug.js": `// Without l, o, 0 and 1, which people mistake for each other.
const ALPHABET = "abcdefghijkmnpqrstuvwxyz23456789";

export const SLUG_LENGTH = 7;

/** A random name for a link. \`random\` gives numbers from 0 up to, but never, 1. */
export function createSlug(random = Math.random, length = SLUG_LENGTH) {
  let slug = "";
  for (let i = 0; i < length; i++) {
    slug += ALPHABET[Math.round(random() * ALPHABET.length)];
  }
  return slug;
}
`,
  "src/validate.js": `import { HttpError } from "./http.js";

const MAX_URL_LENGTH = 2048;

/** Returns the URL in its normal form, or throws what the client did wrong. */
export function parseUrl(value) {
  if (typeof value !== "string" || value === "") throw new HttpError(400, "url is missing");
  if (value.length > MAX_URL_LENGTH) throw new HttpError(400, "url is too long");
  if (!URL.canParse(value)) throw new HttpError(400, "url is not a URL");

  const url = new URL(value);
  if (url.protocol !== "http:" && url.protocol !== "https:") {
    throw new HttpError(400, "url is neither http nor https");
  }
  return url.href;
}
`,
  ...demoTestFiles,
};
