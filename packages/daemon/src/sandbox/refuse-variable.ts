/** What the box sets itself, and what would make its programs run or load something else. */
const names = new Set([
  ..."PATH HOME SHELL TERM LANG TMPDIR PORT ENV BASH_ENV SHELLOPTS BASHOPTS IFS CDPATH PS4".split(
    " ",
  ),
  ..."PROMPT_COMMAND GLIBC_TUNABLES GCONV_PATH LOCPATH HOSTALIASES RES_OPTIONS".split(" "),
  ..."PYTHONPATH PYTHONHOME PYTHONSTARTUP PYTHONINSPECT RUBYOPT RUBYLIB CLASSPATH".split(" "),
  ..."PERL5LIB PERL5OPT PERL5DB JAVA_TOOL_OPTIONS JDK_JAVA_OPTIONS _JAVA_OPTIONS".split(" "),
  ..."SSH_AUTH_SOCK SSH_ASKPASS DBUS_SESSION_BUS_ADDRESS DOCKER_HOST XDG_RUNTIME_DIR".split(" "),
]);
const families = /^(?:LD|DYLD|GIT|NODE|BASH_FUNC|HEDDLE|MALLOC)_|_PROXY$/;

/** Why nobody may be granted this variable of the daemon's environment, or `undefined`. */
export function refuseVariable(name: string): string | undefined {
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) return "it is not the name of a variable";
  const upper = name.toUpperCase();
  if (!names.has(upper) && !families.test(upper)) return undefined;
  return "it decides how the sandbox or the programs in it work";
}
