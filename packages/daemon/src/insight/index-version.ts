/** Changes with everything that makes the rows of an index other ones: lexers, packing, schema. */
export const indexVersion = "3";
