interface Renewal {
  readonly spends: string;
  readonly answer: Promise<Answer>;
}

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/**
 * Spends each refresh token once. Threads share a login, and a server that gives out a new refresh
 * token with each renewal takes one that comes twice for stolen, and ends the login.
 */
export class Renewals {
  readonly #last = new Map<string, Renewal>();

  /**
   * Fetches by `through`; who renews the tokens of a login as another does gets what that one got.
   */
  sharing(login: string, through: typeof fetch): typeof fetch {
    return async (input, init) => {
      const spends = refreshTokenOf(init?.body);
      if (spends === undefined) return await through(input, init);
      let renewal = this.#last.get(login);
      if (renewal?.spends !== spends) {
        renewal = { spends, answer: this.#renew({ login, spends }, through(input, init)) };
        this.#last.set(login, renewal);
      }
      const { text, ...rest } = await renewal.answer;
      return new Response(text, rest);
    };
  }

  /**
   * What failed can be tried again, and a token that stays the same is good for another renewal.
   */
  async #renew(
    { login, spends }: { login: string; spends: string },
    asked: Promise<Response>,
  ): Promise<Answer> {
    let isSpent = false;
    try {
      const answer = await read(await asked);
      const next = nextToken(answer);
      isSpent = next !== undefined && next !== spends;
      return answer;
    } finally {
      if (!isSpent && this.#last.get(login)?.spends === spends) this.#last.delete(login);
    }
  }
}

function refreshTokenOf(body: unknown): string | undefined {
  if (!(body instanceof URLSearchParams)) return undefined;
  if (body.get("grant_type") !== "refresh_token") return undefined;
  return body.get("refresh_token") ?? undefined;
}

async function read(response: Response): Promise<Answer> {
  const { status, headers } = response;
  return { status, headers, text: await response.text() };
}

function nextToken({ status, text }: Answer): string | undefined {
  if (status !== 200) return undefined;
  try {
    const { refresh_token: token } = JSON.parse(text) as { refresh_token?: unknown };
    return typeof token === "string" ? token : undefined;
  } catch {
    return undefined;
  }
}
