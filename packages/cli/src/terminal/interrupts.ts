/** Hands Ctrl+C over while it lives: how often it was pressed, from 1. */
export function onInterrupt(pressed: (times: number) => void): Disposable {
  let times = 0;
  const handle = () => {
    times += 1;
    pressed(times);
  };
  process.on("SIGINT", handle);
  return { [Symbol.dispose]: () => void process.off("SIGINT", handle) };
}
