/** Raised when a message changes in a way that an older side cannot read. */
export const protocolVersion = 1;

/** No frame of either side is larger. */
export const frameLimitBytes = 1024 * 1024;
