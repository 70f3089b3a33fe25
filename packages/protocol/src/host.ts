/** One port of one host: a DNS name in lower case, or a literal address in its canonical form. */
export interface Host {
  readonly name: string;
  readonly port: number;
}

const shape = /^(?:\[([0-9a-f:.]+)\]|([a-z0-9.-]+))(?::([1-9][0-9]{0,4}))?$/;
const label = /^(?!-)[a-z0-9-]{1,63}(?<!-)$/;
const longestName = 253;
const lastPort = 65_535;

/**
 * Reads `host:port` strictly, or tells nothing: no user, path, space or trailing dot, and none of
 * the notations in which a number stands for an address (`0x7f.1`, `2130706433`).
 */
export function parseHost(text: string, defaultPort?: number): Host | undefined {
  // Before it is put into lower case: some other letters would become ASCII.
  if (!/^[\x21-\x7e]+$/.test(text)) return undefined;
  const [, v6, name = v6, digits] = shape.exec(text.toLowerCase()) ?? [];
  const port = digits === undefined ? defaultPort : Number(digits);
  if (name === undefined || port === undefined || port > lastPort) return undefined;
  if (v6 === undefined && !isName(name)) return undefined;
  const written = v6 === undefined ? name : `[${v6}]`;
  // A URL's host is put into canonical form, so what comes out unchanged was in it.
  return URL.parse(`http://${written}/`)?.hostname === written ? { name, port } : undefined;
}

function isName(name: string): boolean {
  return name.length <= longestName && name.split(".").every((part) => label.test(part));
}

/** The host that a URL of http or https leads to. */
export function hostOfUrl({ hostname, port, protocol }: URL): Host {
  const name = hostname.replace(/^\[|\]$/g, "");
  return { name, port: Number(port) || (protocol === "https:" ? 443 : 80) };
}

/** The one way to write a host: `registry.npmjs.org:443`, `[2001:db8::1]:443`. */
export function formatHost({ name, port }: Host): string {
  return name.includes(":") ? `[${name}]:${port}` : `${name}:${port}`;
}
