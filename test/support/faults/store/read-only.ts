import { readFileSync } from "node:fs";
import { join } from "node:path";
import { DaemonProcess } from "../../daemon-process.ts";
import { mountedEnv, mountReadOnly, onReadOnlyDisk, withOwnMounts } from "../../small-disk.ts";
import { startTestDaemon, type TestDaemon, type TestProject } from "../../test-daemon.ts";
import type { Fault } from "../fault.ts";

export const readOnlyDisk: Fault = {
  name: "a disk that becomes read-only",
  promise: "no work begins, reading goes on, no start changes anything, and it works again at once",
  count: 20,
  shortCount: 1,
  run: async ({ count }) => {
    const broken: string[] = [];
    await using daemon = await startTestDaemon({ wrap: withOwnMounts, env: mountedEnv });
    const project = await daemon.project();
    for (let round = 0; round < count; round += 1) {
      const found = [...(await whileRunning(daemon, project)), ...(await atStart(daemon))];
      broken.push(...found.map((what) => `round ${round}: ${what}`));
    }
    return { figures: { rounds: count }, broken };
  },
};

async function whileRunning(daemon: TestDaemon, project: TestProject): Promise<string[]> {
  const client = await daemon.client();
  const found: string[] = [];
  await using thread = await project.thread();
  await thread.ready();
  {
    using _ = mountReadOnly(daemon);
    const refusal = await thread
      .send("[[say n=1]]")
      .catch(({ kind, message }) => `${kind}: ${message}`);
    if (!/^storageFull: .* is read-only; /.test(String(refusal))) found.push(`${refusal}`);
    const { storage } = await client.call("daemon/status", {});
    if (storage.state !== "readOnly") found.push(`the status is ${storage.state}`);
    const { findings } = await client.call("daemon/doctor", {});
    if (findings.find(({ name }) => name === "storage")?.ok) found.push("the doctor sees nothing");
    const { thread: read } = await client.call("thread/read", { threadId: thread.id });
    if (read.id !== thread.id) found.push("reading does not go on");
  }
  const { state } = await thread.say("[[say n=1]]");
  if (state !== "done") found.push(`the next turn ended ${state}`);
  await client.call("thread/archive", { threadId: thread.id });
  return found;
}

/** A start that cannot write says so, and leaves everything as it is. */
async function atStart(daemon: TestDaemon): Promise<string[]> {
  await daemon.stop();
  const read = () => readFileSync(join(daemon.paths.state, "heddle.db")).toString("base64");
  const before = read();
  const { code, stderr } = await new DaemonProcess(daemon.env, onReadOnlyDisk).exited;
  const after = read();
  await daemon.restart();
  const said = code === 1 && /cannot be opened for writing .* mount the file system/.test(stderr);
  return [
    ...(said ? [] : [`a start ended with ${code}: ${stderr}`]),
    ...(before === after ? [] : ["a start has changed something"]),
  ];
}
