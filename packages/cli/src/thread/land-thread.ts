import type { Landing, ThreadView } from "@heddle/protocol";
import { type Following, followThread } from "./follow-thread.ts";
import type { Screen } from "./screen.ts";

export interface LandingRequest extends Following {
  readonly view: ThreadView;
  /** The tree that was shown. */
  readonly treeHash: string;
  readonly squash: boolean;
  readonly screen: Screen;
}

/** Lands a reviewed tree and follows the landing; nothing when the user leaves before its end. */
export async function landThread(request: LandingRequest): Promise<Landing | undefined> {
  const { daemon, threadId, treeHash, squash, screen } = request;
  const { id } = await daemon.call("thread/land", { threadId, treeHash, squash });
  const { result } = await followThread(request, (notice) => {
    screen.show(notice);
    if (notice.type !== "event" || notice.event.type !== "landingCompleted") return undefined;
    return notice.event.landing.id === id ? notice.event.landing : undefined;
  });
  return result;
}
