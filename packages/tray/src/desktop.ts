import type { Action } from "./model/action.ts";
import type { IconState } from "./model/groups.ts";
import type { MenuEntry } from "./model/menu.ts";
import type { Notice } from "./model/notice.ts";

export interface TrayView {
  readonly icon: IconState;
  readonly tooltip: string;
  readonly menu: readonly MenuEntry[];
}

export interface DesktopEvents {
  readonly chosen: (action: Action) => void;
  /** Somebody looks at the menu. */
  readonly opened: () => void;
  /** The session is over. */
  readonly gone: (reason: string) => void;
}

/** One back end a platform: where the icon, its menu and the notifications are shown. */
export interface Desktop extends Disposable {
  show(view: TrayView): void;
  /** Returns whether there is anybody who shows it. */
  notify(notice: Notice): Promise<boolean>;
  /** Takes a notice away that has become void, such as one that was answered elsewhere. */
  withdraw(key: string): void;
}
