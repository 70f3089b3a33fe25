const folders = /(?:^|\/)(?:tests?|__tests__|specs?|e2e|testdata|__snapshots__)\//i;
const names =
  /(?:^|\/)(?:[^/]*[._-](?:test|spec)s?\.[^/]+|test_[^/]*\.py|[^/]*_test\.[^/]+|[^/]*Tests?\.(?:java|kt|cs|swift)|conftest\.py)$/;
const runners =
  /(?:^|\/)(?:(?:jest|vitest|playwright|cypress|karma|ava)\.config\.[^/]+|\.mocharc[^/]*|pytest\.ini|tox\.ini|noxfile\.py|phpunit\.xml[^/]*)$/;
const ci =
  /^(?:\.github\/(?:workflows|actions)\/|\.gitlab-ci|\.circleci\/|\.buildkite\/|\.ci\/|Jenkinsfile|azure-pipelines|\.travis\.yml|bitbucket-pipelines)/;

/** Whether a path is one of a test, of a test runner's settings, or of continuous integration. */
export function isTestOrCi(path: string): boolean {
  return isCi(path) || [folders, names, runners].some((pattern) => pattern.test(path));
}

export function isCi(path: string): boolean {
  return ci.test(path);
}
