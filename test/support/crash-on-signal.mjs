// Loaded into a program by a test: a fault of its own that nothing catches.
process.on("SIGUSR2", () => {
  throw new Error("a fault");
});
