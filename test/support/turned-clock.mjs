// Loaded before a daemon's own code: its wall clock is off by what a file says, in milliseconds.
import { readFileSync } from "node:fs";

const file = process.env.TEST_CLOCK_OFFSET ?? "";
const realNow = Date.now;

Date.now = () => realNow() + Number(readFileSync(file, "utf8"));
