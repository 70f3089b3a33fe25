/** Raised when a message changes in a way that an older side cannot read. */
export const protocolVersion = 1;
