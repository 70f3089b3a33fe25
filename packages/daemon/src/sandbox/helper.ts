import { boxIo } from "./argv.ts";
import { forwardScript } from "./egress/forwarder.ts";
import { limitScript } from "./limits.ts";

/** Stands behind the facts that the helper states before it takes its first request. */
export const readyLine = "ready";

/** Closes whatever the daemon's own parent left open: bubblewrap hands it on. */
export const closeScript = `for fd in /proc/self/fd/*; do
  fd=\${fd##*/}
  (( fd > 2 && fd != keep )) && exec {fd}>&-
done`;

/**
 * The shell inside a box that starts its commands. It reads `run ID` and `kill SIGNAL ID PID tty|pipe`
 * from its standard input and answers `pid ID PID` and `exit ID CODE`. A request's file holds cwd, stdin
 * (`open` or `null`), tty (`tty` or `pipe`) and the command, each ended by NUL. A subshell outside
 * the command's process group waits for each command, so that a signal cannot lose its exit. TERM
 * spares `script`, which would wait 2 s for its child and say so in the output.
 */
export const helperScript = `
keep=255 # Bash reads this file there.
${closeScript}
${limitScript}
mapfile -t facts </proc/self/status
printf '%s\\n' "\${facts[@]}"
mapfile -t facts </proc/self/limits
printf '%s\\n' "\${facts[@]}"
unset facts
declare -A tree

start() {
  local job in=/dev/null code
  mapfile -d '' -t job <"${boxIo}/$1.cmd"
  exec 3>"${boxIo}/$1.out"
  if ! cd -- "\${job[0]}" 2>&3; then
    printf 'exit %s 126\\n' "$1"
    return
  fi
  [[ \${job[1]} == open ]] && in="${boxIo}/$1.in"
  set -m
  if [[ \${job[2]} == tty ]]; then
    script -qefc "stty cols 120 rows 40; \${job[3]}" /dev/null <"$in" >&3 2>&3 3>&- &
  else
    bash -c "\${job[3]}" <"$in" >&3 2>&3 3>&- &
  fi
  exec 3>&-
  printf 'pid %s %s\\n' "$1" "$!"
  wait -f "$!"
  code=$?
  printf 'exit %s %s\\n' "$1" "$code"
}

descend() {
  local kids='' kid
  read -r kids 2>/dev/null <"/proc/$1/task/$1/children"
  for kid in $kids; do
    found+=("$kid")
    descend "$kid"
  done
}

send() {
  local found=(\${tree[$2]}) pid
  descend "$3"
  tree[$2]="\${found[*]}"
  [[ $1$4 == TERMtty ]] || kill -s "$1" -- "-$3"
  for pid in "\${found[@]}"; do
    kill -s "$1" -- "-$pid" || kill -s "$1" "$pid"
  done
}

${forwardScript(boxIo)}
printf '${readyLine}\\n'
while read -r verb a b c d; do
  case $verb in
    run) start "$a" </dev/null & ;;
    kill) send "$a" "$b" "$c" "$d" 2>/dev/null ;;
  esac
done
`;
