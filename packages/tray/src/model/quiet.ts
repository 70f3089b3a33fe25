const dayMinutes = 24 * 60;

/** How many milliseconds of the quiet hours (`22:00-07:00`) are left; 0 outside of them. */
export function quietFor(hours: string | undefined, now: Date): number {
  const [from, to] = (hours ?? "00:00-00:00").split("-").map(minutesOf) as [number, number];
  const minute = now.getHours() * 60 + now.getMinutes();
  const since = (minute - from + dayMinutes) % dayMinutes;
  const length = (to - from + dayMinutes) % dayMinutes;
  if (since >= length) return 0;
  return (length - since) * 60_000 - now.getSeconds() * 1000 - now.getMilliseconds();
}

function minutesOf(time: string): number {
  const [hours = 0, minutes = 0] = time.split(":").map(Number);
  return hours * 60 + minutes;
}
