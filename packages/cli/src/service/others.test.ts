import { expect, test } from "vitest";
import { agentText } from "./launchd.ts";
import { servicePlan } from "./plan.ts";
import { createArguments } from "./scheduled-task.ts";

// Neither has run on its platform; this is what they would say there.
const plan = servicePlan({ HEDDLE_HOME: "/h/a<b> & c", PATH: "/bin" }, ["/opt/a b/node", "/m.js"]);

test("the LaunchAgent names the program, its variables and when to start it again", () => {
  expect(agentText(plan)).toBe(`<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<!-- Written by heddle, which also removes it. -->
<plist version="1.0">
<dict>
  <key>Label</key>
  <string>dev.heddle.${plan.name}</string>
  <key>ProgramArguments</key>
  <array>
    <string>/opt/a b/node</string>
    <string>/m.js</string>
  </array>
  <key>EnvironmentVariables</key>
  <dict>
    <key>HEDDLE_HOME</key>
    <string>/h/a&lt;b&gt; &amp; c</string>
    <key>PATH</key>
    <string>/bin</string>
  </dict>
  <key>WorkingDirectory</key>
  <string>/h/a&lt;b&gt; &amp; c/state</string>
  <key>RunAtLoad</key>
  <true/>
  <key>KeepAlive</key>
  <dict>
    <key>SuccessfulExit</key>
    <false/>
  </dict>
</dict>
</plist>
`);
});

test("the scheduled task runs the program at each login", () => {
  expect(createArguments(plan)).toEqual(
    ["/create", "/tn", plan.name, "/sc", "onlogon", "/rl", "limited", "/f", "/tr"].concat(
      '"/opt/a b/node" "/m.js"',
    ),
  );
});
