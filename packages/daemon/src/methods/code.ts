import type { codeMethods, Handlers } from "@heddle/protocol";
import type { Caller } from "./caller.ts";
import type { Services } from "./services.ts";

export function codeHandlers({ code }: Services): Handlers<typeof codeMethods, Caller> {
  return {
    "code/index": (params) => code.index(params),
    "code/analyze": (params) => code.analyze(params),
    "code/ask": (params) => code.ask(params),
    "code/map": (params) => code.map(params),
    "code/refs": (params) => code.refs(params),
    "code/imports": (params) => code.imports(params),
    "code/importers": (params) => code.importers(params),
    "code/why": (params) => code.why(params),
  };
}
