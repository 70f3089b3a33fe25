import {
  type AutocompleteItem,
  type AutocompleteProvider,
  type AutocompleteSuggestions,
  fuzzyFilter,
} from "@earendil-works/pi-tui";
import { slashCommands, slashUsage, type Thread } from "@heddle/protocol";
import { shortId } from "../names.ts";
import { printableLine } from "../terminal/printable.ts";
import { threadState } from "../thread/thread-state.ts";

interface Sources {
  readonly files: () => Promise<readonly string[]>;
  readonly threads: () => Promise<readonly Thread[]>;
}

const shownAtMost = 50;

/** Completes slash commands, the thread behind /sidebar, and the thread's files behind an @. */
export class Completion implements AutocompleteProvider {
  readonly triggerCharacters = ["@"];
  readonly #sources: Sources;

  constructor(sources: Sources) {
    this.#sources = sources;
  }

  async getSuggestions(
    lines: string[],
    line: number,
    column: number,
  ): Promise<AutocompleteSuggestions | null> {
    const before = (lines[line] ?? "").slice(0, column);
    const [, command] = (line === 0 && /^(\/[a-z-]*)$/i.exec(before)) || [];
    if (command !== undefined) return { prefix: command, items: commandItems(command) };
    const [, thread] = /^\/sidebar\s+(\S*)$/i.exec(before) ?? [];
    if (thread !== undefined) return { prefix: thread, items: await this.#threads(thread) };
    const [, file] = /(?:^|\s)(@\S*)$/.exec(before) ?? [];
    if (file !== undefined) return { prefix: file, items: await this.#files(file.slice(1)) };
    return null;
  }

  applyCompletion(
    lines: string[],
    cursorLine: number,
    column: number,
    { value }: AutocompleteItem,
    prefix: string,
  ) {
    const line = lines[cursorLine] ?? "";
    const head = `${line.slice(0, column - prefix.length)}${value} `;
    const completed = `${head}${line.slice(column).trimStart()}`;
    return { lines: lines.with(cursorLine, completed), cursorLine, cursorCol: head.length };
  }

  async #threads(prefix: string): Promise<AutocompleteItem[]> {
    const items = (await this.#sources.threads()).map((thread) => ({
      value: shortId(thread.id),
      label: `${shortId(thread.id)} ${printableLine(thread.title)}`,
      description: threadState(thread),
    }));
    return fuzzyFilter(items, prefix, ({ label }) => label).slice(0, shownAtMost);
  }

  async #files(query: string): Promise<AutocompleteItem[]> {
    const found = fuzzyFilter([...(await this.#sources.files())], query, (path) => path);
    // A name with a space would end at it; one that acts on a terminal is not written into it.
    const names = found.filter((path) => !/\s/.test(path) && printableLine(path) === path);
    return names.slice(0, shownAtMost).map((path) => ({ value: `@${path}`, label: path }));
  }
}

function commandItems(prefix: string): AutocompleteItem[] {
  return slashCommands
    .filter(({ name }) => `/${name}`.startsWith(prefix.toLowerCase()))
    .map((command) => ({
      value: `/${command.name}`,
      label: slashUsage(command).slice(1),
      description: command.summary,
    }));
}
