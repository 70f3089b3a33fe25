import type { AttackGroup } from "./attack.ts";
import { frameAttacks } from "./local/frames.ts";
import { handshakeAttacks } from "./local/handshake.ts";
import { placeAttacks } from "./local/places.ts";
import { reachAttacks } from "./local/reach.ts";
import { valueAttacks } from "./local/values.ts";

/** Whoever can reach the socket, or its place, without being a client that means well. */
export const localAttacks: AttackGroup = {
  name: "the local interface",
  attacks: [
    ...handshakeAttacks,
    ...frameAttacks,
    ...placeAttacks,
    ...valueAttacks,
    ...reachAttacks,
  ],
};
