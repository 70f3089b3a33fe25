/** Texts like those of real repositories, with the repetitions that make patches ambiguous. */
const typescript = `import { randomUUID } from "node:crypto";
import type { Clock } from "./clock.ts";

export interface Link {
  readonly id: string;
  readonly target: string;
  readonly createdAt: number;
  visits: number;
}

/** Keeps short links in memory and counts how often each is followed. */
export class LinkStore {
  readonly #links = new Map<string, Link>();
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  create(target: string): Link {
    if (!URL.canParse(target)) {
      throw new TypeError("the target isn't a URL");
    }
    const link = { id: randomUUID(), target, createdAt: this.#clock.now(), visits: 0 };
    this.#links.set(link.id, link);
    return link;
  }

  find(id: string): Link | undefined {
    const link = this.#links.get(id);
    if (link === undefined) {
      return undefined;
    }
    return link;
  }

  follow(id: string): string | undefined {
    const link = this.#links.get(id);
    if (link === undefined) {
      return undefined;
    }
    link.visits += 1;
    return link.target;
  }

  remove(id: string): boolean {
    const link = this.#links.get(id);
    if (link === undefined) {
      return false;
    }
    this.#links.delete(id);
    return true;
  }

  // The busiest links come first; links of the same age keep their order.
  busiest(limit = 10): Link[] {
    const links = [...this.#links.values()];
    links.sort((a, b) => b.visits - a.visits);
    return links.slice(0, limit);
  }
}

export function describe(link: Link): string {
  const age = new Date(link.createdAt).toISOString();
  switch (link.visits) {
    case 0:
      return \`"\${link.target}" was never followed (\${age})\`;
    case 1:
      return \`"\${link.target}" was followed once (\${age})\`;
    default:
      return \`"\${link.target}" was followed \${link.visits} times (\${age})\`;
  }
}
`;

const python = `"""Reads the readings of a weather station, and says what's unusual."""

import csv
import statistics
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Reading:
    station: str
    hour: int
    celsius: float
    humidity: float = 0.0


class ReadingError(ValueError):
    """A row that isn't a reading."""


def parse_row(row):
    try:
        station, hour, celsius = row[:3]
    except ValueError as error:
        raise ReadingError(f"row has too few columns: {row!r}") from error
    if not station:
        raise ReadingError("row has no station")
    return Reading(station=station, hour=int(hour), celsius=float(celsius))


def read_all(path: Path):
    readings = []
    with path.open(newline="") as source:
        for row in csv.reader(source):
            if not row:
                continue
            if row[0].startswith("#"):
                continue
            readings.append(parse_row(row))
    return readings


def by_station(readings):
    groups = {}
    for reading in readings:
        groups.setdefault(reading.station, []).append(reading)
    return groups


def outliers(readings, factor=3.0):
    found = []
    for station, group in by_station(readings).items():
        values = [reading.celsius for reading in group]
        if len(values) < 2:
            continue
        mean = statistics.mean(values)
        spread = statistics.stdev(values)
        if spread == 0:
            continue
        for reading in group:
            if abs(reading.celsius - mean) > factor * spread:
                found.append(reading)
    return found


def main(argv):
    if len(argv) != 2:
        print("usage: readings FILE")
        return 2
    for reading in outliers(read_all(Path(argv[1]))):
        print(f"{reading.station} {reading.hour:02d}: {reading.celsius:.1f}")
    return 0
`;

const go = `package queue

import (
	"context"
	"errors"
	"sync"
)

// ErrClosed is what callers get once the queue's been closed.
var ErrClosed = errors.New("queue: closed")

type Job struct {
	ID       string
	Attempts int
	Run      func(context.Context) error
}

type Queue struct {
	mu     sync.Mutex
	jobs   []Job
	closed bool
	wake   chan struct{}
}

func New() *Queue {
	return &Queue{
		wake: make(chan struct{}, 1),
	}
}

func (q *Queue) Push(job Job) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.closed {
		return ErrClosed
	}
	q.jobs = append(q.jobs, job)
	select {
	case q.wake <- struct{}{}:
	default:
	}
	return nil
}

func (q *Queue) Pop(ctx context.Context) (Job, error) {
	for {
		q.mu.Lock()
		if len(q.jobs) > 0 {
			job := q.jobs[0]
			q.jobs = q.jobs[1:]
			q.mu.Unlock()
			return job, nil
		}
		closed := q.closed
		q.mu.Unlock()
		if closed {
			return Job{}, ErrClosed
		}
		select {
		case <-ctx.Done():
			return Job{}, ctx.Err()
		case <-q.wake:
		}
	}
}

func (q *Queue) Close() error {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.closed {
		return ErrClosed
	}
	q.closed = true
	close(q.wake)
	return nil
}

func (q *Queue) Work(ctx context.Context, report func(string, error)) {
	for {
		job, err := q.Pop(ctx)
		if err != nil {
			report("pop", err)
			return
		}
		job.Attempts++
		if err := job.Run(ctx); err != nil {
			report("job "+job.ID, err)
			if job.Attempts < 3 {
				_ = q.Push(job)
			}
		}
	}
}
`;

const yaml = `name: "checks"
on:
  push:
    branches: [main]
  pull_request:
    branches: [main]

jobs:
  lint:
    runs-on: "ubuntu-latest"
    steps:
      - uses: "actions/checkout@v4"
      - uses: "actions/setup-node@v4"
        with:
          node-version: 24
      - run: "npm ci"
      - run: "npm run lint"

  unit:
    runs-on: "ubuntu-latest"
    needs: lint
    steps:
      - uses: "actions/checkout@v4"
      - uses: "actions/setup-node@v4"
        with:
          node-version: 24
      - run: "npm ci"
      - run: "npm test"

  package:
    runs-on: "ubuntu-latest"
    needs: [lint, unit]
    permissions:
      contents: read
    steps:
      - uses: "actions/checkout@v4"
      - uses: "actions/setup-node@v4"
        with:
          node-version: 24
      - run: "npm ci"
      - run: "npm pack --dry-run"
`;

export const samples = { typescript, python, go, yaml } as const;
