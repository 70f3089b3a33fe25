import type { CommandClass } from "@heddle/protocol";
import { gitCommandOf } from "./git.ts";
import { programOf } from "./programs.ts";
import type { Word } from "./shell-word.ts";
import { isTest } from "./tests.ts";
import { wordSet } from "./word-set.ts";

/** The words that are no options. */
function plainWords(words: readonly Word[]): Word[] {
  return words.filter((word) => word === null || !word.startsWith("-"));
}

const packageCommands: Readonly<Record<string, ReadonlySet<string>>> = {
  npm: wordSet("i install ci add in ins isntall it install-test cit exec x update up upgrade"),
  pnpm: wordSet("i install add dlx update up"),
  yarn: wordSet("install add dlx up upgrade global"),
  bun: wordSet("i install add x update"),
  pip: wordSet("install download wheel"),
  pip3: wordSet("install download wheel"),
  pipx: wordSet("install run upgrade inject"),
  uv: wordSet("add sync pip tool lock"),
  poetry: wordSet("add install update lock"),
  pipenv: wordSet("install update sync"),
  conda: wordSet("install create update env"),
  apt: wordSet("install upgrade full-upgrade"),
  "apt-get": wordSet("install upgrade dist-upgrade"),
  apk: wordSet("add upgrade"),
  dnf: wordSet("install upgrade"),
  yum: wordSet("install update"),
  brew: wordSet("install upgrade bundle"),
  cargo: wordSet("add install update fetch"),
  go: wordSet("get install mod"),
  gem: wordSet("install update"),
  bundle: wordSet("install add update"),
  composer: wordSet("require install update global"),
  dotnet: wordSet("add restore tool"),
  deno: wordSet("add install"),
};
const installers = wordSet("npx bunx uvx easy_install dpkg rpm snap flatpak corepack nvm volta");

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

const gitReads = wordSet(
  `blame cat-file check-attr check-ignore count-objects describe diff diff-tree for-each-ref
   format-patch fsck grep help log ls-files ls-tree merge-base name-rev rev-list rev-parse shortlog
   show show-ref status var version`,
);
const otherVersionControl = wordSet("hg svn jj gh glab bzr fossil sl p4");

function isVersionControl(words: readonly Word[]): boolean {
  const program = programOf(words[0] ?? "");
  if (otherVersionControl.has(program)) return true;
  if (program !== "git") return false;
  const command = gitCommandOf(words.slice(1));
  return typeof command !== "string" ? command === null : !gitReads.has(command);
}

const networkPrograms = wordSet(
  `curl wget ssh scp sftp rsync nc ncat netcat telnet ftp ping traceroute dig nslookup host whois
   aria2c http https xh lynx w3m socat gh glab aws gcloud az kubectl helm terraform docker podman
   npx bunx uvx`,
);
const gitNetwork = wordSet("fetch push pull clone ls-remote submodule archive");
const localRemote = wordSet("-v --verbose get-url add rename remove rm set-url set-branches");

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
