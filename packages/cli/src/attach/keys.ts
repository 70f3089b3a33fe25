import { isKeyRelease, type KeyId, matchesKey } from "@earendil-works/pi-tui";

/** What a key asks of the terminal as a whole; all others are the composer's. */
export type Action =
  | "menu"
  | "history"
  | "sidebar"
  | "planMode"
  | "steer"
  | "escape"
  | "clear"
  | "detach"
  | "suspend";

const keys: readonly (readonly [KeyId, Action])[] = [
  ["ctrl+k", "menu"],
  ["super+k", "menu"],
  ["shift+tab", "planMode"],
  ["alt+enter", "steer"],
  ["escape", "escape"],
  ["ctrl+c", "clear"],
  ["ctrl+d", "detach"],
  ["ctrl+z", "suspend"],
];

/** Those that a plain terminal sends as Enter and as a new line. */
const toldApart: readonly (readonly [KeyId, Action])[] = [
  ["ctrl+j", "history"],
  ["super+j", "history"],
  ["ctrl+m", "sidebar"],
];

/** The action of a key press. Enter is tested first: it must never be taken for Ctrl+M. */
export function actionOf(data: string): Action | undefined {
  if (isKeyRelease(data) || matchesKey(data, "enter")) return undefined;
  const isSequence = data.length > 1 && data.startsWith("\x1b");
  const known = isSequence ? [...keys, ...toldApart] : keys;
  return known.find(([key]) => matchesKey(data, key))?.[1];
}
