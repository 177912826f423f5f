/**
 * npm passes a signal on only to the shell in between, which dies of it without a word to us: a killed `npm start` would
 * leave the service running unseen. So a program that npm started ends in good order when that shell is gone. Loaded
 * before the program (`node --import`); a program that was started in another way is left alone.
 */
const CHECK_EVERY_MS = 500;

if (process.env.npm_lifecycle_event !== undefined && process.platform !== 'win32') {
  const parent = process.ppid;
  const check = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(check);
    process.kill(process.pid, 'SIGTERM');
  }, CHECK_EVERY_MS);
  check.unref();
}
