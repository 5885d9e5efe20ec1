// Checks that the C++ is formatted as .clang-format says; `--write` formats it.
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

const files = ['native', 'binding', 'test', 'bench'].flatMap((folder) =>
  readdirSync(folder, { recursive: true })
    .filter((name) => /\.[ch]pp$/.test(name))
    .map((name) => join(folder, name)),
);
const mode = process.argv[2] === '--write' ? ['-i'] : ['--dry-run', '--Werror'];
const { status, error } = spawnSync('node_modules/.bin/clang-format', [...mode, ...files], {
  stdio: 'inherit',
});
if (error) console.error(error.message);
process.exit(status ?? 1);
