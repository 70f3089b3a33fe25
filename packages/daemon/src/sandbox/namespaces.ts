import { readFileSync } from "node:fs";

/** Lets bubblewrap, and nothing else, make user namespaces on Ubuntu 24.04 and newer. */
const appArmorProfile = `abi <abi/4.0>,
include <tunables/global>
profile bwrap /usr/bin/bwrap flags=(unconfined) {
  userns,
  include if exists <local/bwrap>
}`;

const settings = [
  {
    name: "kernel/apparmor_restrict_unprivileged_userns",
    forbids: "1",
    mend: `write this into /etc/apparmor.d/bwrap and run \`sudo apparmor_parser -r /etc/apparmor.d/bwrap\`:
${appArmorProfile}`,
  },
  {
    name: "kernel/unprivileged_userns_clone",
    forbids: "0",
    mend: "allow user namespaces: `sudo sysctl -w kernel.unprivileged_userns_clone=1`",
  },
  {
    name: "user/max_user_namespaces",
    forbids: "0",
    mend: "allow user namespaces: `sudo sysctl -w user.max_user_namespaces=15000`",
  },
] as const;

/** What to do where the system forbids the namespaces that a box is made of. */
export function namespaceMend(read: (setting: string) => string = readSetting): string {
  const found = settings.find(({ name, forbids }) => read(name) === forbids);
  if (found) return found.mend;
  return "something around the daemon forbids user namespaces, such as a container: allow them there, or run the daemon outside of it";
}

function readSetting(name: string): string {
  try {
    return readFileSync(`/proc/sys/${name}`, "utf8").trim();
  } catch {
    return "";
  }
}
