import { gitCommandOf } from "./git.ts";
import { type OptionTable, optionTable, readArguments } from "./program-options.ts";
import { programOf } from "./programs.ts";
import type { Word } from "./shell-word.ts";
import { type Transfer, transfers } from "./transfer-options.ts";

/** A host by its name, with its port; null for one that is only known when the command runs. */
export type Host = string | null;

/** Programs that look a name up, or ask whether its host is there. */
const askers: Readonly<Record<string, OptionTable>> = {
  ping: optionTable("-4 -6 -c= -i= -n -q -s= -t= -w= -W= -v -D -a"),
  dig: optionTable("-4 -6 -t= -p= -q= -x="),
  host: optionTable("-4 -6 -a -t= -v -W="),
  nslookup: optionTable("-type= -timeout= -port= -query="),
};

/** The hosts that a program names which connects, or which may. */
export function hostsOf(words: readonly Word[], connects: boolean): Host[] {
  const [name, ...args] = words;
  const program = programOf(name ?? "");
  const transfer = Object.hasOwn(transfers, program) ? transfers[program] : undefined;
  if (transfer) return hostsOfTransfer(args, transfer);
  const asker = Object.hasOwn(askers, program) ? askers[program] : undefined;
  if (asker) return hostsOfAsker(args, asker);
  const found = args.flatMap((arg) => hostsIn(arg, connects));
  return program === "git" && goesFurther(args) ? [...found, null] : found;
}

const socket = /^\/dev\/(?:tcp|udp)\/([^/]*)\/([^/]*)$/;

/** Bash connects to what looks like a file: `/dev/tcp/HOST/PORT`. */
export function hostsOfRedirects(redirects: readonly Word[]): Host[] {
  return redirects.flatMap((to) => {
    if (to === null) return [null];
    const [, host, port] = socket.exec(to.replace(/\/{2,}/g, "/")) ?? [];
    return host === undefined ? [] : [plainHost(`${host}:${port}`)];
  });
}

function hostsOfTransfer(args: readonly Word[], { options, hosts, goesOn }: Transfer): Host[] {
  const read = readArguments(args, options);
  if (read === undefined) return [...args.flatMap((arg) => hostsIn(arg, true)), null];
  const given = read.options.filter(({ name }) => hosts.has(name)).map(({ value }) => value);
  const named = [...given, ...read.plain].flatMap((word = null) => {
    const host = hostOfUrl(word);
    return host === null ? [null, ...hostsIn(word, false)] : [host];
  });
  return named.length > 0 && goesOn(read.options) ? [...named, null] : named;
}

/** A name without a dot may as well be a type of record, or a value. */
function hostsOfAsker(args: readonly Word[], options: OptionTable): Host[] {
  const read = readArguments(args, options);
  const words = read?.plain ?? args.map((arg) => (arg?.startsWith("-") ? null : arg));
  return words
    .filter((word) => !word?.startsWith("+"))
    .map((word) => {
      const host = plainHost(word?.replace(/^@/, "") ?? "");
      return host?.includes(".") || host === "localhost" ? host : null;
    });
}

/** What git takes from more repositories than the one that is named. */
function goesFurther(args: readonly Word[]): boolean {
  const command = gitCommandOf(args);
  return (
    /^(?:clone|fetch|pull|push)$/.test(command ?? "") &&
    args.some((arg) => /^--(?:recurse|recursive|all$|multiple$)|^-m$/.test(arg ?? ""))
  );
}

const url = /^(?:(https?|ftps?|wss?):\/\/)?(?:[\w.~!$&'()*+,;=%:-]*@)?([^/?#@]+)(?:[/?#]|$)/i;

/** The host of a URL as programs write them, with or without its scheme; null for any other. */
function hostOfUrl(word: Word): Host {
  if (word === null || /[\s\\{}]/.test(word)) return null;
  return plainHost(url.exec(word)?.[2] ?? "");
}

const authority = /^([a-z0-9_](?:[a-z0-9_.-]*[a-z0-9_])?\.?|\[[0-9a-f:.]+\])(?::(\d+))?$/i;
/** An address that is not written as people do: `2130706433`, `0x7f.1`. */
const oddNumber = /^(?:0x[0-9a-f]+|\d+)(?:\.(?:0x[0-9a-f]+|\d+))*$/i;
const address = /^(?:0|[1-9]\d{0,2})(?:\.(?:0|[1-9]\d{0,2})){3}$/;

function plainHost(text: string): Host {
  const [, host, port] = authority.exec(text) ?? [];
  if (host === undefined || (oddNumber.test(host) && !address.test(host))) return null;
  return named(host, port);
}

const urlPattern = /\b[a-z][a-z0-9+.-]*:\/\/(?:[^\s/@]*@)?(\[[^\]]*\]|[^\s/:?#]+)(?::(\d+))?/gi;
const remotePattern = /^(?:[\w.-]+@)?((?:[a-z0-9-]+\.)+[a-z0-9-]+):(?!\/\/)/i;
const barePattern = /^((?:[a-z0-9-]+\.)*[a-z0-9-]+)(?::(\d+))?(?:\/.*)?$/i;

/** Whatever in a word can be a host, of a program of which the words are not known. */
function hostsIn(word: Word, connects: boolean): Host[] {
  if (word === null) return connects ? [null] : [];
  const urls = [...word.matchAll(urlPattern)].map(([, host = "", port]) => named(host, port));
  if (urls.length > 0) return urls;
  const [, remote] = remotePattern.exec(word) ?? [];
  if (remote) return [named(remote, undefined)];
  const [, bare, port] = connects ? (barePattern.exec(afterUser(word)) ?? []) : [];
  return bare?.includes(".") || bare === "localhost" ? [named(bare, port)] : [];
}

const afterUser = (word: string): string => word.replace(/^[\w.-]+@/, "");

function named(host: string, port: string | undefined): string {
  return `${host.toLowerCase().replace(/\.$/, "")}${port === undefined ? "" : `:${port}`}`;
}
