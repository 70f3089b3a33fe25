import { wordSet } from "../word-set.ts";

/** Commands of programs that a sentence can name without quotation marks. */
const commandsOfPrograms: Readonly<Record<string, ReadonlySet<string>>> = {
  git: wordSet(
    `add am apply bisect branch checkout cherry-pick clean clone commit fetch gc init merge mv pull
     push rebase reset restore revert rm stash status switch`,
  ),
  npm: wordSet("audit ci exec install login publish run start test uninstall update"),
  pnpm: wordSet("add audit dlx exec install publish remove run start test update"),
  yarn: wordSet("add audit dlx install publish remove run start test upgrade"),
  bun: wordSet("add install publish remove run test update"),
  pip: wordSet("download install uninstall"),
  pip3: wordSet("download install uninstall"),
  uv: wordSet("add lock remove run sync"),
  poetry: wordSet("add install publish remove run update"),
  cargo: wordSet("add build clippy fmt install publish run test update"),
  docker: wordSet("build compose exec login pull push rm rmi run stop"),
  kubectl: wordSet("apply create delete exec patch rollout scale"),
  helm: wordSet("install rollback uninstall upgrade"),
  terraform: wordSet("apply destroy import init plan"),
  gem: wordSet("install publish push uninstall update"),
  brew: wordSet("install uninstall upgrade"),
  apt: wordSet("install remove upgrade"),
  "apt-get": wordSet("install remove upgrade"),
};

/** Programs without such commands. Those whose names are everyday words are left out. */
const others = wordSet(
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
export const capitals: ReadonlySet<string> = wordSet("R Rscript Xvfb Xorg MSBuild PlistBuddy GET");
