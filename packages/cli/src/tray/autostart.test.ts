import { expect, test } from "vitest";
import { autostartEntry, autostartFile } from "./autostart.ts";

test("the entry starts the tray of its instance, whatever its paths hold", () => {
  const env = { HOME: "/home/ann", HEDDLE_HOME: '/h/a b%$"\\' };
  expect(autostartFile(env)).toMatch(
    /^\/home\/ann\/\.config\/autostart\/heddle-[0-9a-f]{8}-tray\.desktop$/,
  );
  expect(autostartEntry(["/usr/bin/node", "/opt/heddle.js"], env)).toBe(`[Desktop Entry]
# Written by heddle, which also removes it.
Type=Application
Name=Heddle tray
Comment=What your threads need, in the panel
Exec=env "HEDDLE_HOME=/h/a b%%\\\\$\\\\"\\\\\\\\" /usr/bin/node /opt/heddle.js tray
Terminal=false
NoDisplay=true
`);
});
