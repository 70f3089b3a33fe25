#!/usr/bin/env bash
# Runs `heddle service` against a real `systemd --user` in a mount namespace of its own, and leaves
# no files behind. Needs root and Debian's package systemd; the tests do without either. Where no systemd
# runs yet, this one moves the processes of the root cgroup into `init.scope`, as any first one does, so run
# it on a machine that is yours alone.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
if [ "${1:-}" != inside ]; then
  [ "$(id -u)" -eq 0 ] || { echo "service-check: run it as root"; exit 1; }
  exec unshare --mount --propagation private bash scripts/service-check.sh inside
fi

root=$(mktemp -d)
mount -t tmpfs tmpfs /run
mkdir -p /run/systemd/system /run/user/0
chmod 700 /run/user/0
# What has to be escaped in a unit.
export HOME="$root/home" XDG_RUNTIME_DIR=/run/user/0 HEDDLE_HOME="$root/a %h \$HOME \"b\""
export HEDDLE_ALLOW_ROOT=1
unset XDG_CONFIG_HOME XDG_STATE_HOME XDG_CACHE_HOME DBUS_SESSION_BUS_ADDRESS
mkdir -p "$HOME" "$HEDDLE_HOME"
/lib/systemd/systemd --user >"$root/systemd.log" 2>&1 &
systemd=$!
finish() {
  kill "$systemd" 2>/dev/null || true
  wait "$systemd" 2>/dev/null || true
  rm -rf "$root"
}
trap finish EXIT

heddle() { node packages/cli/bin/heddle.js "$@"; }
pid() { systemctl --user show --property=MainPID --value "$unit.service"; }
expect() {
  if eval "$2"; then echo "ok   $1"; else
    echo "FAIL $1: $2"
    systemctl --user status --no-pager "$unit.socket" "$unit.service" || true
    tail -20 "$root/systemd.log"
    exit 1
  fi
}

for _ in $(seq 200); do
  if systemctl --user show --property=Version >/dev/null 2>&1; then break; fi
  sleep 0.05
done
systemctl --user show --property=Version

unit="heddle-$(node -p 'crypto.createHash("sha256").update(process.env.HEDDLE_HOME).digest("hex").slice(0, 8)')"
units="$HOME/.config/systemd/user"
heddle daemon start
detached=$(heddle daemon status --json | node -p 'JSON.parse(fs.readFileSync(0)).pid')
heddle service install
first=$(pid)
expect "the daemon that ran before has ended" '! kill -0 "$detached" 2>/dev/null'
expect "systemd has started another" '[ "$first" -gt 0 ] && [ "$first" != "$detached" ]'
expect "systemd finds no fault in the units" 'systemd-analyze --user verify "$units/$unit.service" "$units/$unit.socket"'
expect "the service says so" 'heddle service status | grep -q "service is active"'
expect "doctor says so" '{ heddle doctor --json || true; } | grep -q "$unit.service is active"'

kill -9 "$first"
expect "a client is answered after kill -9" 'heddle status >/dev/null'
second=$(pid)
expect "by another daemon, which systemd has started" '[ "$second" -gt 0 ] && [ "$second" != "$first" ]'

systemctl --user stop "$unit.service"
expect "stopped, its status starts nothing" '! heddle daemon status && [ "$(pid)" -eq 0 ]'
expect "the next client starts it again" 'heddle status >/dev/null && [ "$(pid)" -gt 0 ]'

heddle daemon stop
expect "stopped by heddle, the socket is gone, too" '! systemctl --user is-active --quiet "$unit.socket"'
expect "the next client has systemd start both" 'heddle status >/dev/null && [ "$(pid)" -gt 0 ]'
third=$(pid)
heddle service restart
expect "restart makes it another" '[ "$(pid)" -gt 0 ] && [ "$(pid)" != "$third" ]'

heddle daemon stop
echo 'oops' >"$HEDDLE_HOME/config.toml"
expect "a fault in the configuration is told with its line" '{ heddle status 2>&1 || true; } | grep -q "config.toml:1"'
expect "and the exit code is 78" 'heddle status >/dev/null 2>&1; [ $? -eq 78 ]'
rm "$HEDDLE_HOME/config.toml"
expect "mended, it starts" 'heddle status >/dev/null && [ "$(pid)" -gt 0 ]'

fourth=$(pid)
heddle service install
expect "installed again, it is another" '[ "$(pid)" -gt 0 ] && [ "$(pid)" != "$fourth" ]'
heddle service uninstall
expect "uninstalled, nothing is left of it" '[ -z "$(find "$HOME/.config/systemd" -type f -o -type l)" ]'
expect "and nothing runs" '! heddle daemon status'
echo "all ok"
