/** What a platform's service manager says of ours. */
export interface ServiceState {
  readonly manager: string;
  readonly name: string;
  readonly installed: boolean;
  /** Whether the first connection starts the daemon; null where the platform has no such thing. */
  readonly listening: boolean | null;
  readonly running: boolean;
  readonly detail: string;
  readonly files: readonly string[];
}

/** One back end a platform. What it cannot do it throws as a `CliError`. */
export interface ServiceManager {
  readonly name: string;
  /** Whether this was run by us, and not only written by the book. */
  readonly tested: boolean;
  /** Throws where it cannot be had here. */
  check(): Promise<void>;
  /** Sets it up and has it begin; an older installation is replaced. */
  install(): Promise<void>;
  /** Ends it and removes what `install` wrote; returns whether there was anything. */
  uninstall(): Promise<boolean>;
  /** Returns whether it runs now. */
  start(): Promise<boolean>;
  /** Ends it until something starts it again. */
  stop(): Promise<void>;
  state(): Promise<ServiceState>;
}
