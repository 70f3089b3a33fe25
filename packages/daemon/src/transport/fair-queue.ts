export interface Lane {
  /**
   * Begins a job when it is this lane's turn; false when the lane is full. Jobs do not reject.
   * `bytes` is what a job keeps in memory until it has ended.
   */
  add(job: () => Promise<void>, bytes?: number): boolean;
}

const laneLimit = 1024;
const laneBytes = 8 * 1024 * 1024;
const underWayLimit = 64;

interface Job {
  readonly run: () => Promise<void>;
  readonly bytes: number;
}

interface LaneState {
  readonly jobs: Job[];
  underWay: number;
  /** Of the jobs that wait or are under way. */
  bytes: number;
}

/**
 * Serves connections in turns, one job each, so that the flood of one delays nobody else. After
 * each round the event loop goes round, too, since most jobs do their work right after they begin.
 */
export class FairQueue {
  readonly #waiting: LaneState[] = [];
  #scheduled = false;

  lane(): Lane {
    const lane: LaneState = { jobs: [], underWay: 0, bytes: 0 };
    return {
      add: (run, bytes = 0) => {
        if (lane.jobs.length >= laneLimit || isFull(lane, bytes)) return false;
        lane.jobs.push({ run, bytes });
        lane.bytes += bytes;
        if (lane.jobs.length === 1 && lane.underWay < underWayLimit) this.#waiting.push(lane);
        if (!this.#scheduled) this.#serve();
        return true;
      },
    };
  }

  #serve(): void {
    this.#scheduled = false;
    if (this.#waiting.length === 0) return;
    for (const lane of this.#waiting.splice(0)) {
      this.#begin(lane);
      if (lane.jobs.length > 0 && lane.underWay < underWayLimit) this.#waiting.push(lane);
    }
    this.#schedule();
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
    const end = () => {
      const wasFull = lane.underWay === underWayLimit;
      lane.underWay -= 1;
      lane.bytes -= job.bytes;
      if (!wasFull || lane.jobs.length === 0) return;
      this.#waiting.push(lane);
      this.#schedule();
    };
    void job.run().then(end, end);
  }
}

/** One job is always taken, however large. */
function isFull(lane: LaneState, bytes: number): boolean {
  return lane.bytes > 0 && lane.bytes + bytes > laneBytes;
}
