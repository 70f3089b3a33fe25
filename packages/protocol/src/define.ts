import type * as z from "zod";

/**
 * Which calls keep their order: those of one scope run one after another, scopes run side by side.
 * `none` waits for nothing: reads, interrupts and answers are never behind a long call.
 */
export type Scope = "none" | "global" | `project:${string}` | `thread:${string}`;

/** One method of the protocol. Everything else (binding, client, reference) is derived from it. */
export interface Method<
  Params extends z.ZodType = z.ZodType,
  Result extends z.ZodType = z.ZodType,
> {
  readonly summary: string;
  readonly params: Params;
  readonly result: Result;
  /** A mutating method takes an `idempotencyKey` and stores who called it. */
  readonly mutates: boolean;
  readonly scope: (params: z.output<Params>) => Scope;
}

export type Registry = Readonly<Record<string, Method>>;

/** States a method; params that the scope reads are typed by the schema. */
export function method<Params extends z.ZodType, Result extends z.ZodType>(
  spec: Method<Params, Result>,
): Method<Params, Result> {
  return spec;
}

export const unordered = (): Scope => "none";
export const globally = (): Scope => "global";
export const perProject = ({ projectId }: { projectId: string }): Scope => `project:${projectId}`;
export const perThread = ({ threadId }: { threadId: string }): Scope => `thread:${threadId}`;

type Awaitable<T> = T | Promise<T>;

/** What a server has to provide for a registry. A missing or misspelt handler does not compile. */
export type Handlers<R extends Registry, Caller> = {
  readonly [M in keyof R]: (
    params: z.output<R[M]["params"]>,
    caller: Caller,
  ) => Awaitable<z.input<R[M]["result"]>>;
};

export type ParamsOf<R extends Registry, M extends keyof R> = z.input<R[M]["params"]>;
export type ResultOf<R extends Registry, M extends keyof R> = z.output<R[M]["result"]>;

/** How a client calls a registry. */
export type Call<R extends Registry> = <M extends keyof R & string>(
  method: M,
  params: ParamsOf<R, M>,
) => Promise<ResultOf<R, M>>;
