/** Sources that set up a tool, or declare what others hold: nothing of the program runs in them. */
const settings =
  /(?:^|\/)(?:[^/]*\.config\.\w+|[^/]*rc\.[cm]?js|[^/]*\.d\.[cm]?ts|setup\.py|conf\.py|noxfile\.py|tasks\.py|fabfile\.py|build\.rs|build\.gradle\.kts)$/;

export function isSetting(path: string): boolean {
  return settings.test(path);
}
