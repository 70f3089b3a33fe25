import { slashComment } from "../actions.ts";
import { Names } from "../names.ts";
import { type Lexicon, lexicon } from "../scanner.ts";

const keywords =
  "break case chan const continue default defer else fallthrough for func go goto if import " +
  "interface map package range return select struct switch type var";

export const names = new Names(keywords.split(" "), ["main", "_"]);

export const go: Lexicon = lexicon(names, {
  '"': (scanner) => scanner.lineString(34),
  "'": (scanner) => scanner.lineString(39),
  "`": (scanner) => scanner.longString("`", scanner.at + 1, false),
  "/": slashComment,
});
