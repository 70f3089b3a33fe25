export interface Lane {
  /** Begins a job when it is this lane's turn. Returns false when the lane is full. */
  add(job: () => Promise<void>): boolean;
}

const laneLimit = 1024;
const underWayLimit = 64;
const sliceMs = 8;

interface LaneState {
  readonly jobs: (() => Promise<void>)[];
  underWay: number;
}

/**
 * Serves connections in turns, one job each, so that the flood of one delays nobody else. The event
 * loop gets its share back every few milliseconds.
 */
export class FairQueue {
  readonly #waiting: LaneState[] = [];
  #scheduled = false;

  lane(): Lane {
    const lane: LaneState = { jobs: [], underWay: 0 };
    return {
      add: (job) => {
        if (lane.jobs.length >= laneLimit) return false;
        lane.jobs.push(job);
        if (lane.jobs.length === 1 && lane.underWay < underWayLimit) this.#waiting.push(lane);
        if (!this.#scheduled) this.#serve();
        return true;
      },
    };
  }

  #serve(): void {
    this.#scheduled = false;
    const until = performance.now() + sliceMs;
    for (let lane = this.#waiting.shift(); lane; lane = this.#waiting.shift()) {
      this.#begin(lane);
      if (lane.jobs.length > 0 && lane.underWay < underWayLimit) this.#waiting.push(lane);
      if (performance.now() > until) break;
    }
    if (this.#waiting.length > 0) this.#schedule();
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => this.#serve());
  }

  #begin(lane: LaneState): void {
    const job = lane.jobs.shift();
    if (job === undefined) return;
    lane.underWay += 1;
    void job().finally(() => {
      const wasFull = lane.underWay === underWayLimit;
      lane.underWay -= 1;
      if (!wasFull || lane.jobs.length === 0) return;
      this.#waiting.push(lane);
      this.#schedule();
    });
  }
}
