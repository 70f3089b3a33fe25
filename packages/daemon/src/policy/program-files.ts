import { programOf } from "./programs.ts";
import type { ShellCommand } from "./shell.ts";
import type { Word } from "./shell-word.ts";
import { wordSet } from "./word-set.ts";

/** Programs that write no file that their words name. */
const readers = wordSet(
  `cat cmp diff dirname basename du echo egrep fgrep file find grep head hexdump ls md5sum nl od
   printf readlink realpath rg rm rmdir sha1sum sha256sum sha512sum stat strings tail test [ tree
   wc`,
);

/** What git and other programs read their settings from: a repository, and the home. */
const settings = /(?:^|=)~|(?:^|[/=])\.git(?:\/|$)/i;

/** Why what is written can change what other programs do; undefined where it does not. */
export function unknownOfFiles({ words, redirects }: ShellCommand): string | undefined {
  const [name, ...args] = words;
  const program = programOf(name ?? "");
  const isHome = program === "cd" && args.length === 0;
  const written: readonly Word[] = readers.has(program) ? redirects : [...args, ...redirects];
  if (!isHome && !written.some((word) => word !== null && settings.test(word))) return undefined;
  return "what is written into the home or into a .git can change what programs do";
}
