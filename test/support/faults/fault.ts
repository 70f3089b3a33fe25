/** Something that breaks, and what is promised then. */
export interface Fault {
  readonly name: string;
  /** In the words of docs/reliability.md. */
  readonly promise: string;
  /** How often it happens in a whole campaign, and in the tests; 0 leaves it to the campaign. */
  readonly count: number;
  readonly shortCount: number;
  readonly run: (campaign: Campaign) => Promise<FaultResult>;
}

export interface Campaign {
  readonly count: number;
  /** From 0 to 1, the same for the same seed. */
  readonly random: () => number;
}

export interface FaultResult {
  /** What was counted or measured, such as `{kills: 50, old: 23, new: 27}`. */
  readonly figures: Readonly<Record<string, number>>;
  /** Each promise that was broken, with where and when; empty when all held. */
  readonly broken: readonly string[];
}
