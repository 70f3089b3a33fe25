import type { CheckCommand } from "@heddle/protocol";

type Kind = CheckCommand["kind"];

/** What a script or a target is for, by the name that people give it. */
const byName: readonly (readonly [Kind, RegExp])[] = [
  [
    "test",
    /^(?:tests?|spec|unit|e2e|integration|coverage|cover)(?:$|[:_.-])|[:_.-](?:tests?|unit|e2e)$/,
  ],
  ["types", /^(?:types?|type-?checks?|check[:_-]types?|tsc|mypy|pyright)(?:$|[:_.-])/],
  [
    "lint",
    /^(?:lint(?:er)?|eslint|check[:_-](?:style|lint)|style|vet|clippy|flake8|ruff)(?:$|[:_.-])/,
  ],
  ["format", /^(?:format|fmt|prettier|check[:_-](?:format|fmt))(?:$|[:_.-])/],
  ["build", /^(?:build|compile|dist)(?:$|[:_.-])/],
  ["check", /^(?:check|ci|verify|validate|qa)(?:$|[:_.-])/],
];

export function kindOfName(name: string): Kind | undefined {
  return byName.find(([, pattern]) => pattern.test(name))?.[0];
}

/** What a command line does, by the program that it starts. */
const byCommand: readonly (readonly [Kind, RegExp])[] = [
  ["types", /\b(?:tsc|mypy|pyright|pyre|cargo check)\b/],
  [
    "lint",
    /\b(?:eslint|biome (?:ci|check|lint)|oxlint|ruff check|ruff \.|flake8|pylint|golangci-lint|go vet|staticcheck|cargo clippy|rubocop|phpstan|psalm|shellcheck|clang-tidy|pre-commit run|ktlint|swiftlint|checkstyle\w*)\b/,
  ],
  [
    "format",
    /\b(?:prettier --check|black --check|ruff format --check|gofmt -[ld]|cargo fmt|clang-format|isort --check\S*|spotless\w*)\b/,
  ],
  [
    "test",
    /\b(?:pytest|py\.test|unittest|tox|nox|nosetests|go test|cargo (?:\S+ )?(?:test|nextest)|(?:vi|je)st|mocha|ava|tap|playwright test|cypress run|node (?:\S+ )*--test|ctest|meson test|mvn\b.*\b(?:test|verify)|gradlew?\b.*\b(?:test|check)|dotnet test|rspec|rake (?:test|spec)|phpunit|swift test|bun test|deno test)\b/,
  ],
  [
    "build",
    /\b(?:go build|cargo build|dotnet build|mvn\b.*\b(?:package|compile|install)|gradlew?\b.*\b(?:build|assemble)|cmake --build|python3? -m build|swift build)\b/,
  ],
];

/** What sets up, moves about or prints is no check, whatever it names. */
const setUp =
  /^(?:pip3?|apt(?:-get)?|brew|(?:npm|pnpm|yarn|bun) (?:ci|i|install|add)|python3? -m pip|echo|cd|mkdir|sudo|git|curl)\b/;
const runner =
  /^(?:(?:npm|pnpm|yarn|bun)(?: run)?(?: -\S+)* |make (?:-\S+ )*|just |composer |tox -e )([\w:.-]+)/;

export function kindOfCommand(command: string): Kind | undefined {
  if (setUp.test(command)) return undefined;
  const [, target] = runner.exec(command) ?? [];
  const named = target === undefined ? undefined : kindOfName(target);
  return named ?? byCommand.find(([, pattern]) => pattern.test(command))?.[0];
}
