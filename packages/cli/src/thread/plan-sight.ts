import type { Plan, PlanContent } from "@heddle/protocol";

/** Which plan somebody at a terminal has before their eyes: nothing else can be decided there. */
export class PlanSight {
  #newest: Plan | undefined;
  #said: PlanContent | undefined;
  /** Behind what was said as long as that is held back. */
  #seen: PlanContent | undefined;

  /** The newest plan, if what it says now is on the terminal. */
  get shown(): Plan | undefined {
    return isSame(this.#seen, this.#newest?.content) ? this.#newest : undefined;
  }

  /** Takes a plan as it is now; true where it says something else than was said last. */
  take(plan: Plan): boolean {
    this.#newest = plan;
    return !isSame(this.#said, plan.content);
  }

  say(content: PlanContent, { isHeld }: { readonly isHeld: boolean }): void {
    this.#said = content;
    if (!isHeld) this.#seen = content;
  }

  /** What was held back is on the terminal. */
  release(): void {
    this.#seen = this.#said;
  }
}

function isSame(one: PlanContent | undefined, other: PlanContent | undefined): boolean {
  return one !== undefined && JSON.stringify(one) === JSON.stringify(other);
}
