import type { CommandClass } from "@heddle/protocol";
import { gitCommandOf } from "./git.ts";
import { programOf } from "./programs.ts";
import type { Word } from "./shell-word.ts";
import { isTest } from "./tests.ts";

const setOf = (words: string): ReadonlySet<string> => new Set(words.split(/\s+/));

/** The words that are no options. */
function plainWords(words: readonly Word[]): Word[] {
  return words.filter((word) => word === null || !word.startsWith("-"));
}

const packageCommands: Readonly<Record<string, ReadonlySet<string>>> = {
  npm: setOf("i install ci add in ins isntall it install-test cit exec x update up upgrade"),
  pnpm: setOf("i install add dlx update up"),
  yarn: setOf("install add dlx up upgrade global"),
  bun: setOf("i install add x update"),
  pip: setOf("install download wheel"),
  pip3: setOf("install download wheel"),
  pipx: setOf("install run upgrade inject"),
  uv: setOf("add sync pip tool lock"),
  poetry: setOf("add install update lock"),
  pipenv: setOf("install update sync"),
  conda: setOf("install create update env"),
  apt: setOf("install upgrade full-upgrade"),
  "apt-get": setOf("install upgrade dist-upgrade"),
  apk: setOf("add upgrade"),
  dnf: setOf("install upgrade"),
  yum: setOf("install update"),
  brew: setOf("install upgrade bundle"),
  cargo: setOf("add install update fetch"),
  go: setOf("get install mod"),
  gem: setOf("install update"),
  bundle: setOf("install add update"),
  composer: setOf("require install update global"),
  dotnet: setOf("add restore tool"),
  deno: setOf("add install"),
};
const installers = setOf("npx bunx uvx easy_install dpkg rpm snap flatpak corepack nvm volta");

function isInstall(words: readonly Word[]): boolean {
  const program = programOf(words[0] ?? "");
  if (installers.has(program)) return true;
  const args = words.slice(1);
  const isModule = /^python3?$/.test(program) && args[0] === "-m" && /^pip3?$/.test(args[1] ?? "");
  const [command] = plainWords(isModule ? args.slice(2) : args);
  const commands = Object.hasOwn(packageCommands, program) ? packageCommands[program] : undefined;
  const known = isModule ? packageCommands.pip : commands;
  if (known === undefined) return false;
  // An option before the command may have a value, which is then taken for the command.
  const named = plainWords(args).some((word) => word !== null && known.has(word));
  return command === null || named || (program === "yarn" && command === undefined);
}

const gitReads = setOf(
  `blame cat-file check-attr check-ignore count-objects describe diff diff-tree for-each-ref
   format-patch fsck grep help log ls-files ls-tree merge-base name-rev rev-list rev-parse shortlog
   show show-ref status var version`,
);
const otherVersionControl = setOf("hg svn jj gh glab bzr fossil sl p4");

function isVersionControl(words: readonly Word[]): boolean {
  const program = programOf(words[0] ?? "");
  if (otherVersionControl.has(program)) return true;
  if (program !== "git") return false;
  const command = gitCommandOf(words.slice(1));
  return typeof command !== "string" ? command === null : !gitReads.has(command);
}

const networkPrograms = setOf(
  `curl wget ssh scp sftp rsync nc ncat netcat telnet ftp ping traceroute dig nslookup host whois
   aria2c http https xh lynx w3m socat gh glab aws gcloud az kubectl helm terraform docker podman
   npx bunx uvx`,
);
const gitNetwork = setOf("fetch push pull clone ls-remote submodule archive");
const localRemote = setOf("-v --verbose get-url add rename remove rm set-url set-branches");

function isNetwork(words: readonly Word[]): boolean {
  const program = programOf(words[0] ?? "");
  if (networkPrograms.has(program) || isInstall(words)) return true;
  if (program === "git") {
    const args = words.slice(1);
    const command = gitCommandOf(args);
    if (command === "remote") return !isLocalRemote(args.slice(args.indexOf("remote") + 1));
    return typeof command === "string" ? gitNetwork.has(command) : command === null;
  }
  const [command] = plainWords(words.slice(1));
  const publishes = ["publish", "login", "audit", "view", "search", "outdated"];
  return Object.hasOwn(packageCommands, program) && publishes.includes(command ?? "");
}

/** What only tells or changes which remotes there are; `add -f` fetches. */
function isLocalRemote([first, ...rest]: readonly Word[]): boolean {
  if (first === undefined) return true;
  return first !== null && localRemote.has(first) && !rest.some((arg) => /^--?f/.test(arg ?? "-f"));
}

const judges: Readonly<Record<CommandClass, (words: readonly Word[]) => boolean>> = {
  test: isTest,
  install: isInstall,
  versionControl: isVersionControl,
  network: isNetwork,
};

export function isOfClass(kind: CommandClass, words: readonly Word[]): boolean {
  return judges[kind](words);
}
