import { Argument, type Command } from "commander";
import { command } from "../command.ts";
import type { LazyCommand } from "../command-list.ts";
import { completionScript, type Shell, shells } from "../completion/scripts.ts";
import { completionTree } from "../completion/tree.ts";
import { print } from "../terminal/output.ts";

const where = `
bash  heddle completion bash > ~/.local/share/bash-completion/completions/heddle
zsh   heddle completion zsh > "\${fpath[1]}/_heddle"
fish  heddle completion fish > ~/.config/fish/completions/heddle.fish`;

export function completionCommand(commands: () => readonly LazyCommand[]): Command {
  return command("completion")
    .description("Print what a shell needs to complete commands and options.")
    .addArgument(new Argument("<shell>").choices(shells))
    .addHelpText("after", where)
    .action(async (shell: Shell) =>
      print(completionScript(shell, await completionTree(commands()))),
    );
}
