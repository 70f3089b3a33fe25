import { lookup } from "node:dns/promises";

/** Every address of a name, as the system knows it. Passed in, so that tests can answer. */
export type Resolve = (name: string) => Promise<readonly string[]>;

export const systemResolve: Resolve = async (name) => {
  const found = await lookup(name, { all: true, order: "verbatim" });
  return found.map(({ address }) => address);
};
