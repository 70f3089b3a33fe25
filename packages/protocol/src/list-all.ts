import type { ResultOf } from "./define.ts";
import type { HeddleClient } from "./node.ts";
import type { Methods } from "./registry.ts";

type PagedMethod =
  | "project/list"
  | "task/list"
  | "thread/list"
  | "turn/list"
  | "review/list"
  | "approval/list"
  | "automation/list"
  | "inbox/list"
  | "mcp/list";
type RowOf<M extends PagedMethod> = ResultOf<Methods, M>["data"][number];

/** Every row of a list, page by page. */
export async function listAll<M extends PagedMethod>(
  daemon: HeddleClient,
  method: M,
  filter: Readonly<Record<string, unknown>> = {},
): Promise<RowOf<M>[]> {
  const rows: RowOf<M>[] = [];
  let cursor: string | null = null;
  do {
    const params = { ...filter, limit: 200, ...(cursor === null ? {} : { cursor }) };
    const page = (await daemon.call(method, params as never)) as ResultOf<Methods, M>;
    rows.push(...(page.data as RowOf<M>[]));
    cursor = page.nextCursor;
  } while (cursor !== null);
  return rows;
}
