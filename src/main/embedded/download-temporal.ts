import { TestWorkflowEnvironment } from '@temporalio/testing';

/** Run by `temporal-program.ts`: lets the SDK download the Temporal CLI into the folder named by the first argument. */
const [downloadDir] = process.argv.slice(2);
if (downloadDir === undefined) throw new Error('the download folder is missing');
try {
  const environment = await TestWorkflowEnvironment.createLocal({
    server: { executable: { type: 'cached-download', downloadDir } },
  });
  await environment.teardown();
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`);
  process.exitCode = 1;
}
