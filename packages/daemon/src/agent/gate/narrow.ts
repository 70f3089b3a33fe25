/** A test runner that takes the files to run on its command line. */
interface Runner {
  readonly command: RegExp;
  readonly test: RegExp;
  readonly with: (command: string, tests: readonly string[]) => string;
}

const append = (command: string, tests: readonly string[]): string =>
  `${command} ${tests.join(" ")}`;
const options = "(?: --?[\\w-]+(?:=[\\w./:-]+)?)*";
const script = /\.[cm]?[jt]sx?$/;

const runners: readonly Runner[] = [
  { command: new RegExp(`^node${options} --test${options}$`), test: script, with: append },
  {
    command: new RegExp(`^(?:(?:npx|yarn|pnpm|pnpm exec) )?(?:vitest(?: run)?|jest)${options}$`),
    test: script,
    with: append,
  },
  {
    command: new RegExp(`^(?:(?:uv|poetry) run )?(?:python3? -m )?pytest${options}$`),
    test: /\.py$/,
    with: append,
  },
  {
    command: new RegExp(`^go test${options} \\./\\.\\.\\.$`),
    test: /_test\.go$/,
    with: (command, tests) => {
      const folders = new Set(tests.map((test) => test.replace(/[^/]*$/, "")));
      return append(
        command.replace(/ \.\/\.\.\.$/, ""),
        [...folders].map((one) => `./${one}`),
      );
    },
  },
];

const npmTest = /^npm (?:t|test|run test)$/;

/**
 * The same check for some test files only; undefined where its command does not show how to name
 * them. `npmScript` is what `npm test` runs.
 */
export function narrowCheck(
  check: string,
  tests: readonly string[],
  npmScript?: string,
): string | undefined {
  const command = check.trim();
  if (npmTest.test(command)) {
    const narrowed = npmScript === undefined ? undefined : narrowCheck(npmScript, tests);
    const files = narrowed?.startsWith(`${npmScript} `) && narrowed.slice(npmScript?.length);
    return files ? `${command} --${files}` : undefined;
  }
  const runner = runners.find((one) => one.command.test(command));
  const plain = tests.filter(
    (test) => runner?.test.test(test) && /^[\w./@+][\w./@+-]*$/.test(test),
  );
  if (runner === undefined || plain.length === 0 || plain.length < tests.length) return undefined;
  return runner.with(command, plain);
}
