import { randomUUID } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import type { OAuthClientProvider } from "@modelcontextprotocol/sdk/client/auth.js";
import type {
  OAuthClientInformationMixed,
  OAuthClientMetadata,
  OAuthTokens,
} from "@modelcontextprotocol/sdk/shared/auth.js";
import { replaceFile } from "../../os/durable-files.ts";

interface Kept {
  readonly redirectUrl: string;
  readonly client?: OAuthClientInformationMixed;
  readonly tokens?: OAuthTokens;
}

/** Where the login at a server is kept. */
export function loginPath(stateDir: string, serverId: string): string {
  return join(stateDir, "mcp", `${serverId}.json`);
}

export function forgetLogin(path: string): void {
  rmSync(path, { force: true });
}

/** The login at one MCP server: a file that nobody else can read, once there are tokens. */
export class OAuthFile implements OAuthClientProvider {
  readonly #path: string;
  readonly #hide: (secret: string) => void;
  readonly #state = randomUUID();
  #kept: Kept;
  /** Whether the file has been there; missing now, it was removed with its server. */
  #isSaved = false;
  #verifier = "";
  /** Where a person has to agree; known once the server has said so. */
  authorizationUrl: URL | undefined;

  constructor(path: string, kept: Kept, hide: (secret: string) => void) {
    this.#path = path;
    this.#kept = kept;
    this.#hide = hide;
    this.#hideTokens();
  }

  /** The login that was kept, if somebody has logged in. */
  static at(path: string, hide: (secret: string) => void): OAuthFile | undefined {
    const kept = readKept(path);
    if (kept === undefined) return undefined;
    const login = new OAuthFile(path, kept, hide);
    login.#isSaved = true;
    return login;
  }

  get redirectUrl(): string {
    return this.#kept.redirectUrl;
  }

  get clientMetadata(): OAuthClientMetadata {
    return {
      client_name: "Heddle",
      redirect_uris: [this.redirectUrl],
      grant_types: ["authorization_code", "refresh_token"],
      response_types: ["code"],
      token_endpoint_auth_method: "none",
    };
  }

  /** What the answer has to carry, so that nobody else's is taken for it. */
  state(): string {
    return this.#state;
  }

  clientInformation(): OAuthClientInformationMixed | undefined {
    return this.#kept.client;
  }

  saveClientInformation(client: OAuthClientInformationMixed): void {
    this.#kept = { ...this.#kept, client };
  }

  /** The newest: another thread may have refreshed them, or somebody have removed the server. */
  tokens(): OAuthTokens | undefined {
    if (this.#isSaved) {
      const { tokens: _, ...rest } = this.#kept;
      this.#kept = readKept(this.#path) ?? rest;
      this.#hideTokens();
    }
    return this.#kept.tokens;
  }

  /** Writes them, unless the login was forgotten meanwhile: then its server is gone. */
  saveTokens(tokens: OAuthTokens): void {
    this.#kept = { ...this.#kept, tokens };
    this.#hideTokens();
    if (this.#isSaved && !existsSync(this.#path)) return;
    this.#isSaved = true;
    mkdirSync(dirname(this.#path), { recursive: true, mode: 0o700 });
    replaceFile(this.#path, JSON.stringify(this.#kept));
  }

  redirectToAuthorization(url: URL): void {
    this.authorizationUrl = url;
  }

  saveCodeVerifier(verifier: string): void {
    this.#verifier = verifier;
  }

  codeVerifier(): string {
    return this.#verifier;
  }

  #hideTokens(): void {
    const { access_token, refresh_token } = this.#kept.tokens ?? {};
    for (const secret of [access_token, refresh_token]) if (secret) this.#hide(secret);
  }
}

function readKept(path: string): Kept | undefined {
  return existsSync(path) ? (JSON.parse(readFileSync(path, "utf8")) as Kept) : undefined;
}
