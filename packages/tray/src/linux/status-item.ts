import dbus from "@particle/dbus-next";
import type { IconState } from "../model/groups.ts";
import { type Pixmap, pixmapsOf } from "./icon.ts";

/** The icon as org.kde.StatusNotifierItem: panels read it, and are told when it has changed. */
export class StatusItem extends dbus.interface.Interface {
  #icon: IconState = "idle";
  #tooltip = "";

  constructor() {
    super("org.kde.StatusNotifierItem");
  }

  change(icon: IconState, tooltip: string): void {
    const [newIcon, newTooltip] = [icon !== this.#icon, tooltip !== this.#tooltip];
    this.#icon = icon;
    this.#tooltip = tooltip;
    if (newIcon) {
      this.NewIcon();
      this.NewStatus(this.Status);
    }
    if (newTooltip) this.NewToolTip();
  }

  readonly Category = "ApplicationStatus";
  readonly Id = "heddle";
  readonly Title = "Heddle";
  readonly WindowId = 0;
  readonly IconName = "";
  readonly OverlayIconName = "";
  readonly AttentionIconName = "";
  readonly ItemIsMenu = true;
  readonly Menu = "/Menu";

  get Status(): string {
    return this.#icon === "needsYou" || this.#icon === "failed" ? "NeedsAttention" : "Active";
  }

  get IconPixmap(): Pixmap[] {
    return pixmapsOf(this.#icon);
  }

  get AttentionIconPixmap(): Pixmap[] {
    return pixmapsOf(this.#icon);
  }

  get ToolTip(): [string, Pixmap[], string, string] {
    return ["", [], "Heddle", this.#tooltip];
  }

  // With a menu there is nothing else to activate.
  Activate(): void {}
  SecondaryActivate(): void {}
  ContextMenu(): void {}
  Scroll(): void {}

  NewIcon(): void {}
  NewToolTip(): void {}
  NewStatus(status: string): string {
    return status;
  }
}

const read = (signature: string) => ({ signature, access: "read" as const });
const pixmaps = "a(iiay)";

StatusItem.configureMembers({
  properties: {
    ...{ Category: read("s"), Id: read("s"), Title: read("s"), Status: read("s") },
    ...{ WindowId: read("i"), IconName: read("s"), IconPixmap: read(pixmaps) },
    ...{ OverlayIconName: read("s"), AttentionIconName: read("s") },
    ...{ AttentionIconPixmap: read(pixmaps), ToolTip: read(`(s${pixmaps}ss)`) },
    ...{ ItemIsMenu: read("b"), Menu: read("o") },
  },
  methods: {
    Activate: { inSignature: "ii" },
    SecondaryActivate: { inSignature: "ii" },
    ContextMenu: { inSignature: "ii" },
    Scroll: { inSignature: "is" },
  },
  signals: {
    NewIcon: { signature: "" },
    NewToolTip: { signature: "" },
    NewStatus: { signature: "s" },
  },
});
