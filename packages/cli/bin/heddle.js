#!/usr/bin/env node
// Plain JavaScript that an old Node can still parse: it has to say why it refuses.
var wanted = [24, 12];
var found = process.versions.node.split(".").map(Number);

if (found[0] > wanted[0] || (found[0] === wanted[0] && found[1] >= wanted[1])) {
  import("./load.js").catch((error) => {
    console.error("heddle: could not be loaded:", error.message);
    process.exitCode = 1;
  });
} else {
  console.error(
    "heddle: Node " +
      wanted.join(".") +
      " or newer is needed, and this is " +
      process.version +
      " (" +
      process.execPath +
      ")",
  );
  process.exitCode = 1;
}
