/** Why there is no tray, as a sentence for the user, and what to do. */
export class TrayError extends Error {
  readonly hint: string;

  constructor(message: string, hint: string) {
    super(message);
    this.name = "TrayError";
    this.hint = hint;
  }
}
