/**
 * A status item of AppKit by JavaScript for Automation, which each Mac has. Notifications come without
 * buttons, under the name of the script editor; the menu has the same choices. Not run on a Mac yet.
 */
export const macosScript = ["osascript", "-l", "JavaScript", "-e", automation()] as const;

function automation(): string {
  return String.raw`
ObjC.import("Cocoa");
const application = Application.currentApplication();
application.includeStandardAdditions = true;
const marks = { idle: "\u25cb", working: "\u25d0", failed: "\u2715", needsYou: "\u25cf" };
$.NSApplication.sharedApplication;
$.NSApp.setActivationPolicy($.NSApplicationActivationPolicyAccessory);
const item = $.NSStatusBar.systemStatusBar.statusItemWithLength($.NSVariableStatusItemLength);
const input = $.NSFileHandle.fileHandleWithStandardInput;
let pending = "";

function say(message) {
  const line = $(JSON.stringify(message) + "\n");
  const bytes = line.dataUsingEncoding($.NSUTF8StringEncoding);
  $.NSFileHandle.fileHandleWithStandardOutput.writeData(bytes);
}

function menuOf(entries) {
  const menu = $.NSMenu.alloc.init;
  menu.autoenablesItems = false;
  for (const entry of entries) menu.addItem(itemOf(entry));
  return menu;
}

function itemOf(entry) {
  if (entry.type === "separator") return $.NSMenuItem.separatorItem;
  const made = $.NSMenuItem.alloc.initWithTitleActionKeyEquivalent(entry.text, "choose:", "");
  made.target = target;
  made.enabled = entry.type !== "label";
  if (entry.type === "submenu") made.submenu = menuOf(entry.entries);
  else made.tag = entry.id;
  return made;
}

function take(message) {
  if (message.type === "notify") {
    application.displayNotification(message.body, { withTitle: message.title });
    return;
  }
  item.button.title = marks[message.icon];
  item.button.toolTip = message.tooltip;
  item.menu = menuOf(message.menu);
  item.menu.delegate = target;
}

ObjC.registerSubclass({
  name: "HeddleTray",
  protocols: ["NSMenuDelegate"],
  methods: {
    "choose:": {
      types: ["void", ["id"]],
      implementation: (sender) => say({ type: "chosen", id: Number(sender.tag) }),
    },
    "menuWillOpen:": {
      types: ["void", ["id"]],
      implementation: () => say({ type: "opened" }),
    },
    "read:": {
      types: ["void", ["id"]],
      implementation: () => {
        const bytes = input.availableData;
        if (Number(bytes.length) === 0) return $.NSApp.terminate(null);
        pending += $.NSString.alloc.initWithDataEncoding(bytes, $.NSUTF8StringEncoding).js;
        const lines = pending.split("\n");
        pending = lines.pop();
        for (const line of lines) take(JSON.parse(line));
        input.waitForDataInBackgroundAndNotify;
      },
    },
  },
});
const target = $.HeddleTray.alloc.init;
$.NSNotificationCenter.defaultCenter.addObserverSelectorNameObject(
  target, "read:", $.NSFileHandleDataAvailableNotification, input,
);
input.waitForDataInBackgroundAndNotify;
item.button.title = marks.idle;
say({ type: "ready" });
$.NSApp.run;
`;
}
