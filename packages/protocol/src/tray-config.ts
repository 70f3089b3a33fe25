import * as z from "zod";

const time = "([01][0-9]|2[0-3]):[0-5][0-9]";

/** The table `[tray]` of the configuration, which the daemon checks and the tray reads. */
export const TrayConfig = z.strictObject({
  quiet_hours: z
    .string()
    .regex(new RegExp(`^${time}-${time}$`), 'expected "22:00-07:00"')
    .optional()
    .describe("When notifications are held back, by the local clock."),
  terminal: z
    .array(z.string().min(1))
    .min(1)
    .optional()
    .describe("The command that opens a terminal; what runs in it is added."),
});
export type TrayConfig = z.infer<typeof TrayConfig>;
