/** Bundles the programs once, before the first test that starts one. */
export default async function build(): Promise<void> {
  await import("../../scripts/bundle.ts");
}
