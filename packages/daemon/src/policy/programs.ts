import type { Word } from "./shell-words.ts";

/** Programs that run no others, whatever their arguments are. */
const plain = new Set(
  `: [ basename base64 bg cat cd chmod chown clear cmp comm cp cut date dd df diff dirname du echo egrep
   exit expr false fg fgrep file getconf grep gunzip gzip head hexdump hostname id jobs join jq kill ln
   ls md5sum mkdir mktemp mv nl nproc od paste pgrep pkill printenv printf ps pwd readlink realpath
   return rm rmdir seq sha1sum sha256sum sha512sum shift shred sleep stat strings sum sync tac tail tee
   test touch tr tree true truncate tsort tty type ulimit umask uname unexpand uniq unlink uptime wait
   wc which who whoami yes zcat curl ping dig nslookup host`.split(/\s+/),
);

/** What runs nothing else unless one of its arguments says so. */
const unless: Readonly<Record<string, RegExp>> = {
  sort: /^--co/,
  rg: /^--pre/,
  sed: /^-[a-zA-Z]*f|^--file|(?:^|[;{}\n\d$!/])\s*[eW]\b|[/|#,:@!][gimIMp0-9]*[ew][gimIMp0-9]*\s*(?:$|[;}\n])/,
  wget: /^--use-askpass|^-e|^--execute/,
  find: /^-(?:exec|ok|fprint|fls)/,
};

const gitCommands = new Set(
  `add am apply archive blame branch cat-file check-attr check-ignore checkout cherry-pick clean clone
   commit commit-tree count-objects describe diff diff-tree fetch for-each-ref format-patch fsck gc
   hash-object help init log ls-files ls-remote ls-tree merge merge-base mv name-rev notes pull push
   reflog remote reset restore rev-list rev-parse revert rm shortlog show show-ref sparse-checkout
   stash status switch symbolic-ref tag update-index update-ref var version worktree write-tree
   rebase config grep`.split(/\s+/),
);
const gitRunsOthers =
  /^(?:-c|--config-env|--exec-path|--exec|-x|-O|--open-files-in-pager|--upload-pack|--receive-pack|-u$|--ext-diff)/;

/** Why a program may do more than its words say; undefined where they say all. */
export function unknownOf(words: readonly Word[]): string | undefined {
  const [name, ...args] = words;
  if (name === undefined) return undefined;
  if (name === null) return "which program it is, is known only when it runs";
  if (isFile(name)) return `what the file ${name} does cannot be told`;
  const program = programOf(name);
  if (plain.has(program)) return undefined;
  if (program === "git") return unknownOfGit(args);
  const condition = Object.hasOwn(unless, program) ? unless[program] : undefined;
  if (condition === undefined) return `${program} can run anything`;
  const tells = args.every((arg) => arg !== null && !condition.test(arg));
  return tells ? undefined : `with these arguments ${program} can run anything`;
}

function unknownOfGit(args: readonly Word[]): string | undefined {
  const command = gitCommandOf(args);
  if (typeof command !== "string") return "which command of git it is, is known only when it runs";
  if (!gitCommands.has(command)) return `git ${command} may be an alias, which can run anything`;
  const tells = args.every((arg) => arg === null || !gitRunsOthers.test(arg));
  return tells || command === "commit" ? undefined : "with these arguments git can run anything";
}

const gitValues = new Set(["-C", "-c", "--git-dir", "--work-tree", "--namespace", "--config-env"]);

/** The command in the arguments of git; null where it is not known, undefined where there is none. */
export function gitCommandOf(args: readonly Word[]): Word | undefined {
  for (let at = 0; at < args.length; at += 1) {
    const arg = args[at];
    if (arg === null || arg === undefined) return arg;
    if (gitValues.has(arg)) at += 1;
    else if (!arg.startsWith("-")) return arg;
  }
  return undefined;
}

/** Whether a program is named by its file, which need not be what its name says. */
export function isFile(name: string): boolean {
  return name.includes("/") && !/^\/(?:usr\/)?(?:local\/)?s?bin\/[^/]+$/.test(name);
}

/** A program by its own name, wherever it stands. */
export function programOf(name: string): string {
  return name.slice(name.lastIndexOf("/") + 1);
}
