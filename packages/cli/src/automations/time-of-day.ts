/** A time such as 9, 9:30, 9am, 6:15 pm, 18:00, noon; undefined for anything else. */
export function timeOfDay(text: string): { hour: number; minute: number } | undefined {
  if (text === "noon") return { hour: 12, minute: 0 };
  if (text === "midnight") return { hour: 0, minute: 0 };
  const [, hours, minutes = "0", half] = /^(\d{1,2})(?::(\d{2}))? ?(am|pm)?$/.exec(text) ?? [];
  if (hours === undefined) return undefined;
  const [hour, minute] = [Number(hours), Number(minutes)];
  if (minute > 59 || hour > (half ? 12 : 23) || (half && hour === 0)) return undefined;
  if (half === undefined) return { hour, minute };
  return { hour: (hour % 12) + (half === "pm" ? 12 : 0), minute };
}
