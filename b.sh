#!/bin/bash
# b.sh NAME ARGS…
cd /tmp/dev/perf
export HEDDLE_ALLOW_ROOT=1 PATH=$PWD/node_modules/.bin:$PATH
export CODEX_BIN=/root/.cache/bench-peers/node_modules/.bin/codex BENCH_DRIVERS=$PWD/scripts/bench-driver.mjs
name=$1; shift
cat /proc/loadavg
timeout 285 node /tmp/dev/bench2/run.mjs --only heddle,codex-app-server --json /tmp/dev/phases/res/$name.json "$@"
cat /proc/loadavg
