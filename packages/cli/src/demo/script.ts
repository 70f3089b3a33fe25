import type { PolicyName } from "@heddle/protocol";

export interface DemoTask {
  readonly title: string;
  readonly prompt: string;
  readonly policy: PolicyName;
}

/** What the scripted model's `GET /demo` answers. */
export interface DemoScript {
  /** The repository, by path. */
  readonly files: Readonly<Record<string, string>>;
  /** In the order to land them; the check passes on no tree without the first. */
  readonly tasks: readonly DemoTask[];
  readonly check: string;
  /** What the demo of the phases asks for first. */
  readonly phases: string;
}
