import { type OptionTable, optionTable } from "./program-options.ts";

/** Test runners, with the options that choose tests and say how they are run and reported. */
export const runners: Readonly<Record<string, OptionTable>> = {
  ava: optionTable(
    `-v --verbose -m= --match= -T= --timeout= -u --update-snapshots -w --watch -s --serial -c=
     --concurrency= --fail-fast -t --tap`,
  ),
  bats: optionTable(
    `-r --recursive -f= --filter= -t --tap -p --pretty -T --timing -j= --jobs= -x
     --print-output-on-failure --verbose-run`,
  ),
  ctest: optionTable(
    `--output-on-failure -R= -E= -L= -j= --parallel= -V -VV --verbose --test-dir= -C= -N -Q
     --rerun-failed --timeout= --stop-on-failure --no-tests=`,
  ),
  jest: optionTable(
    `-t= --testNamePattern= --testPathPattern= --testPathPatterns= --coverage --watch --watchAll
     --verbose -i --runInBand --silent -b? --bail? --ci --passWithNoTests -u --updateSnapshot -w=
     --maxWorkers= --detectOpenHandles --forceExit --findRelatedTests -o --onlyChanged --json
     --cache --color --colors --listTests --selectProjects= --shard= --testTimeout= --changedSince=
     --expand --logHeapUsage --randomize`,
  ),
  karma: optionTable("--single-run --auto-watch --browsers= --log-level="),
  mocha: optionTable(
    `-g= --grep= -f= --fgrep= -b --bail -R= --reporter= -t= --timeout= -w --watch --recursive -p
     --parallel --exit -c --color --colors --forbid-only --retries= -s= --slow= -j= --jobs= -i
     --invert --full-trace --check-leaks --sort --spec= --extension= --ignore=`,
  ),
  nosetests: optionTable("-v -s -x"),
  nox: optionTable("-l --list -r"),
  phpunit: optionTable(
    `--filter= --testsuite= --group= --exclude-group= --stop-on-failure --stop-on-error --testdox
     --colors? -v --verbose --debug --no-coverage --coverage-text`,
  ),
  pytest: optionTable(
    `-q --quiet -v --verbose -x --exitfirst -s -k= -m= -l --showlocals --lf --last-failed --ff
     --failed-first --sw --stepwise --nf --maxfail= --tb= -r= --durations= --co --collect-only -n=
     --cov? --cov-report= --cov-fail-under= --no-cov --capture= --no-header --no-summary --color=
     --junitxml= --junit-xml= --timeout= -W= --disable-warnings --deselect= --ignore=
     --ignore-glob= --full-trace --setup-show --strict-markers --cache-clear --reruns=`,
  ),
  rspec: optionTable(
    `-e= --example= -f= --format= -t= --tag= --fail-fast? --color -b --backtrace -w
     --only-failures --next-failure --seed= --order= --profile?`,
  ),
  tap: optionTable("-R= --reporter= -b --bail -t= --timeout= -j= --jobs= -g= --grep="),
  tox: optionTable("-q -v -r --recreate -p? --parallel?"),
  unittest: optionTable(
    `-v --verbose -q --quiet -f --failfast -b --buffer -c --catch -k= -s= -p= -t= --locals`,
  ),
  vitest: optionTable(
    `-t= --testNamePattern= --run -w --watch --coverage? --coverage.enabled --reporter= --project=
     --bail= --retry= --silent? --color --globals --environment= --pool= --maxWorkers=
     --minWorkers= --testTimeout= --hookTimeout= --passWithNoTests --changed? -u --update --dir=
     --exclude= --shard= --typecheck --hideSkippedTests --fileParallelism --isolate
     --logHeapUsage --allowOnly`,
  ),
};

/** Programs of which the command `test` runs the tests, with its options. */
export const testCommands: Readonly<Record<string, OptionTable>> = {
  bun: optionTable(
    `--watch --coverage --bail? --timeout= -t= --test-name-pattern= --only --todo --rerun-each= -u
     --update-snapshots`,
  ),
  cargo: optionTable(
    `--workspace --all -p= --package= --exclude= --lib --bins --bin= --tests --test= --examples
     --example= --benches --doc --no-run --no-fail-fast --release -r -F= --features= --all-features
     --no-default-features --target= -j= --jobs= -q --quiet -v --verbose --locked --offline
     --frozen --profile= --message-format= --color= -E= --retries= --no-capture --partition=`,
  ),
  dart: optionTable(
    `-n= --name= -N= --plain-name= -r= --reporter= -j= --concurrency= -t= --tags= -x=
     --exclude-tags= --coverage=`,
  ),
  deno: optionTable(
    `-A --allow-all --allow-read? --allow-write? --allow-net? --allow-env? --allow-run? -R? -W? -N?
     -E? --filter= --coverage? --parallel --fail-fast? --no-check --watch --doc -q --quiet`,
  ),
  dotnet: optionTable(
    `--filter= -c= --configuration= --no-build --no-restore -v= --verbosity= -f= --framework=
     --nologo`,
  ),
  flutter: optionTable(
    `--name= --plain-name= --coverage -r= --reporter= -j= --concurrency= -t= --tags= -x=`,
  ),
  go: optionTable(
    `-v -race -short -cover -run= -bench= -benchmem -benchtime= -count= -timeout= -parallel=
     -failfast -tags= -json -p= -cpu= -coverprofile= -covermode= -coverpkg= -shuffle= -skip= -list=
     -vet=`,
  ),
  hatch: optionTable("-c --cover -a --all -q --quiet -v --verbose -p --parallel"),
  meson: optionTable("-v --verbose --suite= --print-errorlogs -j= --list"),
  mix: optionTable(
    `--trace --stale --failed --cover --seed= --max-failures= --only= --exclude= --include=
     --slowest= --color`,
  ),
  playwright: optionTable(
    `-g= --grep= --grep-invert= --project= --headed --workers= -j= --reporter= --retries= --timeout=
     -x --max-failures= --list --last-failed --shard= --trace= -u --update-snapshots?
     --repeat-each= --forbid-only --fully-parallel --pass-with-no-tests --quiet`,
  ),
  sbt: optionTable("-v"),
  swift: optionTable(
    `--filter= --skip= --parallel -c= --configuration= -q --quiet -v --verbose
     --enable-code-coverage`,
  ),
  zig: optionTable("--test-filter="),
};

/** Programs that run scripts by name, with options that say which and how they are reported. */
export const scriptRunners: Readonly<Record<string, OptionTable>> = {
  bun: optionTable("--silent --cwd= --filter="),
  composer: optionTable("-q --quiet -v -n --no-interaction --ansi --timeout="),
  npm: optionTable(
    `-s --silent -q --quiet -d --loglevel= --color --if-present -ws --workspaces -w= --workspace=
     -C= --prefix= --ignore-scripts -y --yes`,
  ),
  pnpm: optionTable(
    `-s --silent -r --recursive -w --workspace-root -F= --filter= -C= --dir= --if-present
     --parallel --stream --no-bail --color`,
  ),
  yarn: optionTable("-s --silent --cwd= --offline"),
};

/** Programs that run what a file of the project says of a name. */
export const taskRunners: Readonly<Record<string, OptionTable>> = {
  gradle: optionTable(
    `-q --quiet -i --info -s --stacktrace --daemon --tests= --offline --continue --parallel
     --rerun-tasks --console= --fail-fast`,
  ),
  just: optionTable("-q --quiet -v --verbose -n --dry-run"),
  make: optionTable(
    `-s --silent --quiet -k --keep-going -j? --jobs? -B --always-make -n --dry-run -i
     --ignore-errors --print-directory -C= --directory=`,
  ),
  mvn: optionTable("-q -o -B -T= -pl= -am -e -X -fae -ff -Dtest= -DskipITs"),
  rake: optionTable("-q --quiet -s --silent -t --trace -v --verbose -j="),
  task: optionTable("-s --silent -v --verbose"),
};

/** Programs that start another one by its name, with options that do not change which. */
export const starters: Readonly<Record<string, OptionTable>> = {
  npx: optionTable("-y --yes --no --no-install -q --quiet"),
  bunx: optionTable("--bun"),
  uvx: optionTable("-q --quiet --offline"),
};

/** Those that do so by a command. */
export const startersByCommand: Readonly<Record<string, OptionTable>> = {
  bundle: optionTable("--keep-file-descriptors"),
  npm: optionTable("-y --yes -s --silent"),
  pipenv: optionTable("-q --quiet"),
  pnpm: optionTable("-s --silent"),
  poetry: optionTable("-q --quiet -n --no-interaction"),
  uv: optionTable(
    "-q --quiet --frozen --locked --offline --no-sync --dev --all-extras --group= --extra=",
  ),
  yarn: optionTable("-s --silent"),
};

export const nodeTests = optionTable(
  `--test --test-reporter= --test-reporter-destination= --test-name-pattern= --test-skip-pattern=
   --test-only --test-concurrency= --test-timeout= --test-shard= --test-force-exit --watch
   --experimental-test-coverage --enable-source-maps --no-warnings --trace-warnings
   --experimental-strip-types -C= --conditions=`,
);
