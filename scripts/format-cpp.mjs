// Checks that the C++ is formatted as .clang-format says; `--write` formats it.
import { spawnSync } from 'node:child_process';
import { globSync } from 'glob';

const files = globSync(['{native,binding,test,bench}/**/*.{cpp,hpp}']);
const mode = process.argv[2] === '--write' ? ['-i'] : ['--dry-run', '--Werror'];
const { status, error } = spawnSync('node_modules/.bin/clang-format', [...mode, ...files], {
  stdio: 'inherit',
});
if (error) console.error(error.message);
process.exit(status ?? 1);
