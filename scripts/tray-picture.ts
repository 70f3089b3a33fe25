// Makes docs/tray.png: the tray with its menu open in Xfce's panel, and a notification of dunst.
//
//   npm run build && node --conditions=@heddle/source scripts/tray-picture.ts [--out docs/tray.png]
//
// Needs what the tests of the tray need (scripts/test-setup), and Debian's xdotool and imagemagick.
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { TrayProcess } from "../test/support/desktop.ts";
import { addFile, exec, held, steps } from "../test/support/steps.ts";
import { startTestDaemon } from "../test/support/test-daemon.ts";
import { XfceDesktop } from "../test/support/xfce.ts";

process.env.HEDDLE_BUILD = "1";
const { values: options } = parseArgs({
  options: {
    out: { type: "string", default: fileURLToPath(new URL("../docs/tray.png", import.meta.url)) },
  },
});

/** What a panel and a notification take to be drawn. */
const drawnMs = 1500;

await using daemon = await startTestDaemon();
const project = await daemon.project();
await using desktop = await XfceDesktop.start("860x290");
const tray = new TrayProcess({ ...daemon.env, ...desktop.env });
while ((await desktop.icons()).length === 0) await delay(100);

await using ready = await project.thread({ title: "Count the sheep in one pass" });
await ready.say(steps(addFile("sheep.txt", "12"), { text: "done" }));
await using working = await project.thread({ title: "Split the parser from the printer" });
await working.send(steps(held));
await using asking = await project.thread({ title: "Publish the changelog", policy: "ask" });
await asking.send(steps(exec("git push origin main"), { text: "done" }));
await asking.pending();
await delay(drawnMs);
await desktop.run("xdotool", "mousemove", "16", "16", "click", "1");
await delay(drawnMs);
await desktop.run("import", "-window", "root", options.out);
await tray.stop();
