// Runs the C++ tests of kernels with AVX-512 on a machine that has none: for each test Bochs boots a
// Linux whose only program it is. usage: npm run test:avx512 [-- TEST...]
import { execFileSync, spawn } from 'node:child_process';
import {
  copyFileSync,
  createReadStream,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { availableParallelism } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const tests = join(root, 'build/addon/test/native');
const folder = join(root, 'build/emulated');

/** The tests, and how many rounds of those that count them: an emulated core is a hundred times slower. */
const TESTS = new Map([
  ['sum', '30'],
  ['reduce', '4'],
  ['few_sum', ''],
  ['loops', ''],
  ['generator', ''],
  ['anchored', ''],
  ['running', ''],
  ['spaced', ''],
  ['stage', ''],
]);

/** What is needed, and the Debian package that has it. */
const FILES = {
  bochs: '/usr/bin/bochs-bin',
  'bochs-term': '/usr/lib/x86_64-linux-gnu/bochs/plugins/libbx_term_gui.so',
  'busybox-static': '/usr/bin/busybox',
  cpio: '/usr/bin/cpio',
  isolinux: '/usr/lib/ISOLINUX/isolinux.bin',
  'syslinux-common': '/usr/lib/syslinux/modules/bios/ldlinux.c32',
  xorriso: '/usr/bin/xorriso',
};
const kernelIn = (path) => readdirSync(path).findLast((name) => name.startsWith('vmlinuz-'));

function fail(message) {
  console.error(`strided: ${message}`);
  process.exit(1);
}

function checkPackages() {
  const missing = Object.keys(FILES).filter((name) => !existsSync(FILES[name]));
  if (!kernelIn('/boot')) missing.push('linux-image-cloud-amd64');
  if (missing.length === 0) return;
  fail(`not found: what is in ${missing.join(' ')}\n  apt-get install -y ${missing.join(' ')}`);
}

const run = (command, args, options = {}) =>
  execFileSync(command, args, { stdio: 'pipe', encoding: 'utf8', ...options });

/** The first program of the machine, and its only one. */
const init = (test, rounds) => `#!/bin/busybox sh
/bin/busybox mount -t proc proc /proc
/bin/busybox mount -t devtmpfs dev /dev
/bin/busybox grep -q -w avx512vl /proc/cpuinfo || echo "no AVX-512"
STRIDED_ISA=avx512 /${test}_test ${rounds}
echo "status $?"
/bin/busybox poweroff -f
`;

// (Of the compact form of XSAVE, which is switched off here, Bochs tells another size than Linux
// computes.)
const MENU = `DEFAULT linux
LABEL linux
 KERNEL /linux
 INITRD /files
 APPEND console=ttyS0 quiet mitigations=off nowatchdog tsc=reliable clearcpuid=321,323
`;

const settings = (machine) => `megs: 2000
romimage: file=/usr/share/bochs/BIOS-bochs-latest
vgaromimage: file=/usr/share/bochs/VGABIOS-lgpl-latest
cpu: model=corei7_skylake_x, count=1, ips=50000000
ata0-master: type=cdrom, path=${machine}.iso, status=inserted
boot: cdrom
com1: enabled=1, mode=file, dev=${machine}.txt
clock: sync=none, time0=local
log: ${machine}.log
panic: action=fatal
error: action=ignore
info: action=ignore
display_library: term
sound: driver=dummy, waveoutdrv=dummy, waveindrv=dummy, midioutdrv=dummy
`;

/** Files of a test, with the libraries it loads, in a new folder. */
function fillRoot(at, test, rounds) {
  const program = join(tests, `${test}_test`);
  const copies = [
    [FILES['busybox-static'], '/bin/busybox'],
    [program, `/${test}_test`],
    ...[...run('ldd', [program]).matchAll(/\/\S+/g)].map(([path]) => [path, path]),
  ];
  for (const [from, to] of copies) {
    mkdirSync(join(at, dirname(to)), { recursive: true });
    copyFileSync(from, join(at, to));
  }
  for (const name of ['proc', 'dev']) mkdirSync(join(at, name));
  writeFileSync(join(at, 'init'), init(test, rounds), { mode: 0o755 });
}

/** The disc that a test's machine starts from. */
function makeDisc(machine, test, rounds) {
  const [files, disc] = [`${machine}.root`, `${machine}.disc`];
  for (const path of [files, disc, `${machine}.txt`])
    rmSync(path, { recursive: true, force: true });
  mkdirSync(join(disc, 'isolinux'), { recursive: true });
  fillRoot(files, test, rounds);
  run('sh', ['-c', 'find . | cpio --quiet -o -H newc >"$0"', join(disc, 'files')], { cwd: files });
  copyFileSync(join('/boot', kernelIn('/boot')), join(disc, 'linux'));
  for (const name of ['isolinux', 'syslinux-common']) {
    copyFileSync(FILES[name], join(disc, 'isolinux', basename(FILES[name])));
  }
  writeFileSync(join(disc, 'isolinux/isolinux.cfg'), MENU);
  const boot = ['-b', 'isolinux/isolinux.bin', '-c', 'isolinux/boot.cat', '-no-emul-boot'];
  const table = ['-boot-load-size', '4', '-boot-info-table'];
  run('xorriso', ['-as', 'mkisofs', '-quiet', '-o', `${machine}.iso`, ...boot, ...table, disc]);
}

/** Runs a test in a machine of its own, and gives what it printed when it is off. */
function emulate(test) {
  const machine = join(folder, test);
  makeDisc(machine, test, TESTS.get(test));
  writeFileSync(`${machine}.bochs`, settings(machine));
  writeFileSync(`${machine}.go`, 'c\n'); // to the debugger, which it starts with
  const command = `TERM=xterm exec bochs-bin -q -f ${machine}.bochs -rc ${machine}.go`;
  const child = spawn('script', ['-qfc', command, '/dev/null'], { stdio: ['pipe', 'pipe', 2] });
  // Its display is a terminal of its own, and it waits until somebody has read that.
  child.stdout.on('data', (text) => {
    const [, screen] = /connected to screen "(.+?)"/.exec(text) ?? [];
    const reader = screen && createReadStream(screen);
    reader?.on('error', () => {}).resume(); // the end of a terminal
  });
  const printed = `${machine}.txt`;
  return new Promise((resolve) => {
    child.on('close', () => resolve(existsSync(printed) ? readFileSync(printed, 'latin1') : ''));
  });
}

async function work(queue, failed) {
  for (let test = queue.shift(); test !== undefined; test = queue.shift()) {
    const start = performance.now();
    const printed = await emulate(test);
    const seconds = Math.round((performance.now() - start) / 1e3);
    const passed = /^status 0\r?$/m.test(printed) && !/^no AVX-512/m.test(printed);
    console.log(`strided: ${test} with AVX-512: ${passed ? 'passed' : 'FAILED'} in ${seconds} s`);
    if (passed) continue;
    failed.push(test);
    console.log(printed);
  }
}

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !TESTS.has(name));
if (unknown.length > 0) fail(`no such test: ${unknown.join(' ')}; ${[...TESTS.keys()].join(' ')}`);
checkPackages();
run(process.execPath, [join(root, 'scripts/build.mjs'), 'core-tests']);
mkdirSync(folder, { recursive: true });
const queue = asked.length > 0 ? asked : [...TESTS.keys()];
const failed = [];
await Promise.all(Array.from({ length: availableParallelism() }, () => work(queue, failed)));
if (failed.length > 0) process.exitCode = 1;
