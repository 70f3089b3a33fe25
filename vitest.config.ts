import { defineConfig } from "vitest/config";

const conditions = ["@heddle/source"];
const shared = {
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: conditions } },
};

export default defineConfig({
  test: {
    // More than there are cores: much of a test is waiting for processes and the disk.
    maxWorkers: 3,
    projects: [
      {
        ...shared,
        test: {
          name: "unit",
          // Modules hold no state that one file could leave to the next: most of a run was loading them.
          isolate: false,
          include: ["packages/*/src/**/*.test.ts"],
          // A slow machine is no failure.
          testTimeout: 60_000,
          expect: { poll: { timeout: 20_000 } },
        },
      },
      {
        ...shared,
        test: {
          name: "system",
          include: ["test/**/*.test.ts"],
          exclude: ["test/architecture.test.ts"],
          // What is tested as a process is what is published.
          globalSetup: "test/support/build.ts",
          env: { HEDDLE_BUILD: "1" },
          testTimeout: 180_000,
          expect: { poll: { timeout: 30_000 } },
          hookTimeout: 120_000,
        },
      },
      { ...shared, test: { name: "architecture", include: ["test/architecture.test.ts"] } },
    ],
  },
});
