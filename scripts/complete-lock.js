// Adds to package-lock.json the entries of optional platform packages that the registry at hand did not offer when the
// lock was written. npm leaves them out then, and `npm ci` later refuses the lock everywhere. Run it after `npm install`.
import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';

const SYSTEMS = ['android', 'darwin', 'freebsd', 'linux', 'openharmony', 'win32'];
const PROCESSORS = ['arm', 'arm64', 'ia32', 'loong64', 'ppc64', 'riscv64', 's390x', 'x64'];
const file = resolve(process.argv[2] ?? 'package-lock.json');
const lock = JSON.parse(readFileSync(file, 'utf8'));
const added = [];

for (const parent of Object.values(lock.packages)) {
  for (const [name, version] of Object.entries(parent.optionalDependencies ?? {})) {
    const path = `node_modules/${name}`;
    if (path in lock.packages || !/^\d+\.\d+\.\d+/.test(version)) continue;
    const words = name.split(/[/-]/);
    const system = words.find((word) => SYSTEMS.includes(word));
    const processor = words.find((word) => PROCESSORS.includes(word));
    if (system === undefined || processor === undefined) continue;
    lock.packages[path] = {
      version,
      cpu: [processor],
      ...(parent.dev ? { dev: true } : {}),
      ...(libcOf(name, system) ? { libc: [libcOf(name, system)] } : {}),
      optional: true,
      os: [system],
    };
    added.push(name);
  }
}

lock.packages = Object.fromEntries(Object.entries(lock.packages).sort(([a], [b]) => a.localeCompare(b, 'en')));
if (added.length > 0) writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);
console.log(`${added.length} platform packages added to ${file}`);

function libcOf(name, system) {
  if (system !== 'linux') return null;
  if (name.includes('musl')) return 'musl';
  return name.includes('gnu') ? 'glibc' : null;
}
