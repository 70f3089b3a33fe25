import { type Command, Option } from "commander";
import { command } from "../command.ts";
import { nodeArguments } from "../daemon/entry.ts";
import { usageError } from "../exit.ts";
import { runInForeground } from "../foreground.ts";
import { removeOwn, writeOwn } from "../service/files.ts";
import { say } from "../terminal/output.ts";
import { printableLine } from "../terminal/printable.ts";
import { autostartEntry, autostartFile } from "../tray/autostart.ts";

export function trayCommand(): Command {
  return command("tray")
    .description("Show what needs you as an icon in the panel, with notifications.")
    .addOption(
      new Option(
        "--autostart <when>",
        "have it start with each session, or no longer (Linux)",
      ).choices(["on", "off"]),
    )
    .action(async ({ autostart }: { autostart?: "on" | "off" }) => {
      const heddle = [process.execPath, process.argv[1] ?? "heddle"];
      if (autostart !== undefined) {
        refuseOtherDesktops();
        return setAutostart(autostart, heddle);
      }
      await runInForeground([
        ...nodeArguments(import.meta.resolve("@heddle/tray/main")),
        ...heddle,
      ]);
    });
}

/** Elsewhere nobody would read the entry. */
function refuseOtherDesktops(): void {
  if (process.platform === "linux" && process.env.WSL_DISTRO_NAME === undefined) return;
  throw usageError(
    "only desktops of Linux start it by this option",
    "add `heddle tray` to the programs that this system starts when you log in",
  );
}

function setAutostart(autostart: "on" | "off", heddle: readonly string[]): void {
  const file = autostartFile(process.env);
  if (autostart === "off") {
    say(removeOwn(file) ? `removed: ${printableLine(file)}` : "it does not start by itself");
  } else {
    writeOwn(file, autostartEntry(heddle, process.env));
    say(`written: ${printableLine(file)}`);
  }
}
