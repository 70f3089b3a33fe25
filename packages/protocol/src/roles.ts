/** What models are chosen for. Without a schema, so that who only names one loads none. */
export const roles = ["main", "fast", "cheap", "review"] as const;
