import { DaemonError, messageOf } from "@heddle/protocol";
import { parse, type ScheduledTask, schedule } from "node-cron";

/** The five fields of a cron expression as the numbers that they stand for. */
export interface CronFields {
  readonly minutes: readonly number[];
  readonly hours: readonly number[];
  readonly days: readonly number[];
  readonly months: readonly number[];
  readonly weekdays: readonly number[];
  /** Whether the hour, the day of the month and the day of the week are left open. */
  readonly open: { readonly hours: boolean; readonly days: boolean; readonly weekdays: boolean };
}

/** Reads five fields; what node-cron does not take, or what no calendar has, is refused. */
export function parseCron(cron: string): CronFields {
  const fields = cron.trim().split(/\s+/);
  if (fields.length !== 5) throw refused(cron, "five fields are expected");
  try {
    const { minute, hour, dayOfMonth, month, dayOfWeek } = parse(fields.join(" "));
    const [, hourText = "", dayText = "", , weekdayText = ""] = fields;
    return {
      minutes: numbers(minute),
      hours: numbers(hour),
      days: numbers(dayOfMonth),
      months: numbers(month),
      weekdays: numbers(dayOfWeek),
      open: {
        hours: hourText.startsWith("*"),
        days: dayText === "*",
        weekdays: weekdayText === "*",
      },
    };
  } catch (error) {
    throw refused(cron, messageOf(error));
  }
}

const afterStartMs = 200;

/** Calls at every full minute, for as long as it is not disposed. */
export function everyMinute(call: () => void): Disposable {
  let task: ScheduledTask | undefined;
  const begin = () => {
    task = schedule("* * * * *", call, { suppressMissedWarning: true, unref: true });
  };
  // It makes Node load its time zones, for which a start need not wait.
  const later = setTimeout(begin, afterStartMs).unref();
  return {
    [Symbol.dispose]: () => {
      clearTimeout(later);
      void task?.destroy();
    },
  };
}

function numbers(values: readonly (number | string)[]): number[] {
  const odd = values.find((value) => typeof value !== "number");
  if (odd !== undefined) throw new Error(`${odd} is not supported; name the days by number`);
  return values.map(Number).sort((a, b) => a - b);
}

function refused(cron: string, why: string): DaemonError {
  const message = `\`${cron}\` is no schedule: ${why}; write minute, hour, day, month and weekday, as in \`0 9 * * 1-5\``;
  return new DaemonError("invalidParams", message, { cron });
}
