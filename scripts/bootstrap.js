// The first thing a fresh clone runs: no dependency, and no syntax that would keep an old Node from reaching the check.
const required = 20;
const major = Number(process.versions.node.split('.')[0]);
const [entry, ...args] = process.argv.slice(2);

if (major < required) {
  console.error(`folios needs Node ${required} or newer, and this is ${process.versions.node}: see https://nodejs.org`);
  process.exitCode = 1;
} else if (entry === undefined) {
  console.error('usage: node scripts/bootstrap.js <entry.ts> [arguments]');
  process.exitCode = 2;
} else {
  import('./install.js')
    .then(({ ensureInstalled }) => ensureInstalled())
    .then((installed) => installed && import('./run-entry.js').then(({ runEntry }) => runEntry(entry, args)))
    .catch((error) => {
      console.error(`folios could not start: ${error.message}`);
      process.exitCode = 1;
    });
}
