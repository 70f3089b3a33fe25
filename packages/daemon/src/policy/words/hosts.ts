import { PolicyHost } from "@heddle/protocol";
import { NotUnderstood, type Reader } from "./reader.ts";

const hostPattern = /^(?:\*\.)?[a-z0-9-]+(?:\.[a-z0-9-]+)+(?::\d{1,5})?$|^localhost(?::\d{1,5})?$/;
const address = /^\d{1,3}(?:\.\d{1,3}){3}(?::\d+)?$/;
/** How names of files end, and those of hosts never do. */
const fileEnding =
  /\.(?:json|jsonl|env|txt|ya?ml|toml|lock|jsx?|tsx?|mjs|cjs|sql|html?|css|csv|xml|ini|log|pem|key|cfg|conf|local|example|db|sqlite|java|cpp|lua)$/;
/** How names of hosts end, and those of files hardly ever do. */
const hostEnding =
  /^localhost\b|\.(?:com|org|net|io|dev|ai|app|edu|gov|mil|int|cloud|co|uk|de|fr|nl|eu|us|ca|au|jp|cn|br|ch|at|be|es|it|se|no|dk|fi)(?::\d+)?$/;

export function hostOf(reader: Reader): string | undefined {
  return reader.try(() => {
    const token = reader.take();
    const host = token?.text.toLowerCase().replace(/^https?:\/\/([^/]+)\/?$/, "$1") ?? "";
    if (!token?.quoted && !looksLikeHost(host)) return undefined;
    if (PolicyHost.safeParse(host).success && !fileEnding.test(host)) return host;
    throw new NotUnderstood(`"${host}" is no host such as example.org or example.org:443`);
  });
}

/** Whether a bare word can be a host; a name of numbers is one only as an address. */
export function looksLikeHost(host: string): boolean {
  if (!hostPattern.test(host) || fileEnding.test(host)) return false;
  return address.test(host) || !/\.\d+(?::\d+)?$/.test(host);
}

/** A name that is one of a host by itself, and not as well one of a file. */
export function isCertainlyHost(text: string): boolean {
  const host = text.toLowerCase();
  return looksLikeHost(host) && (address.test(host) || hostEnding.test(host));
}
