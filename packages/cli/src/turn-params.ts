import {
  type Budget,
  type Effort,
  type Methods,
  type ParamsOf,
  type Role,
  roles,
  type ThreadId,
} from "@heddle/protocol";

/** What `turnOptions` adds to a command. */
export interface TurnOptions {
  readonly model?: string;
  readonly effort?: Effort;
  readonly maxTokens?: number;
  readonly maxMinutes?: number;
  readonly maxCost?: number;
}

function budgetOf({ maxTokens, maxMinutes, maxCost }: TurnOptions): Budget | undefined {
  if ((maxTokens ?? maxMinutes ?? maxCost) === undefined) return undefined;
  return {
    ...(maxTokens !== undefined && { tokens: Math.ceil(maxTokens) }),
    ...(maxMinutes !== undefined && { minutes: maxMinutes }),
    ...(maxCost !== undefined && { cost: maxCost }),
  };
}

/** What `turn/start` takes for a text of the user and the options that go with it. */
export function turnParams(
  threadId: ThreadId,
  text: string,
  options: TurnOptions = {},
): ParamsOf<Methods, "turn/start"> {
  const { model, effort } = options;
  const budget = budgetOf(options);
  return {
    threadId,
    input: [{ type: "text", text }],
    ...(model !== undefined && roleOrModel(model)),
    ...(effort !== undefined && { effort }),
    ...(budget !== undefined && { budget }),
  };
}

/** A model's name has a slash, a role's has none; anything else is for the daemon to refuse. */
function roleOrModel(given: string): { role: Role } | { model: string } {
  const role = roles.find((name) => name === given);
  return role === undefined ? { model: given } : { role };
}
