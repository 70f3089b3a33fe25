// Brings a database to the newest schema, in a process that can be killed.
import { openDatabase } from "../../../../packages/daemon/src/store/database.ts";

const [path = "", migrations = ""] = process.argv.slice(2);
process.stdout.write("migrating\n", () => openDatabase(path, { migrations }).close());
