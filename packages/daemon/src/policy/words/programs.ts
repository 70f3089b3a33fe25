const setOf = (words: string): ReadonlySet<string> => new Set(words.split(/\s+/));

/** Commands of programs that a sentence can name without quotation marks. */
const commandsOfPrograms: Readonly<Record<string, ReadonlySet<string>>> = {
  git: setOf(
    `add am apply bisect branch checkout cherry-pick clean clone commit fetch gc init merge mv pull
     push rebase reset restore revert rm stash status switch`,
  ),
  npm: setOf("audit ci exec install login publish run start test uninstall update"),
  pnpm: setOf("add audit dlx exec install publish remove run start test update"),
  yarn: setOf("add audit dlx install publish remove run start test upgrade"),
  bun: setOf("add install publish remove run test update"),
  pip: setOf("download install uninstall"),
  pip3: setOf("download install uninstall"),
  uv: setOf("add lock remove run sync"),
  poetry: setOf("add install publish remove run update"),
  cargo: setOf("add build clippy fmt install publish run test update"),
  docker: setOf("build compose exec login pull push rm rmi run stop"),
  kubectl: setOf("apply create delete exec patch rollout scale"),
  helm: setOf("install rollback uninstall upgrade"),
  terraform: setOf("apply destroy import init plan"),
  gem: setOf("install publish push uninstall update"),
  brew: setOf("install uninstall upgrade"),
  apt: setOf("install remove upgrade"),
  "apt-get": setOf("install remove upgrade"),
};

/** Programs without such commands. Those whose names are everyday words are left out. */
const others = setOf(
  `ansible aws awk az bash bunx chmod chown chgrp cmake conda cp crontab curl dd deno dig dotnet eslint
   ftp gcc gcloud gh glab grep gradle gradlew java jest jq kill killall ln lsof make mkdir mkfs mv mvn
   mypy mysql nc ncat netcat nmap node npx openssl perl php pipx pkill playwright podman psql pytest
   python python3 rake redis-cli rg rm rmdir rsync ruby scp sed sftp sh shred sqlite3 ssh su sudo
   systemctl tar telnet tsc vitest wget xargs yum zsh`,
);

export function isKnownProgram(name: string): boolean {
  return others.has(name) || Object.hasOwn(commandsOfPrograms, name);
}

export function isCommandOf(program: string, name: string): boolean {
  const commands = Object.hasOwn(commandsOfPrograms, program)
    ? commandsOfPrograms[program]
    : undefined;
  return commands?.has(name) ?? false;
}

/** Programs that are not written in lower case. */
export const capitals: ReadonlySet<string> = setOf("R Rscript Xvfb Xorg MSBuild PlistBuddy GET");
