import { codeQueries } from "./code-queries.ts";
import { queries } from "./queries.ts";

/** What the thread of an index answers. */
export const allQueries = { ...queries, ...codeQueries };

export type Queries = typeof allQueries;
export type QueryParams<Kind extends keyof Queries> = Parameters<Queries[Kind]>[1];
export type QueryResult<Kind extends keyof Queries> = Awaited<ReturnType<Queries[Kind]>>;
