import { UsageError } from '../local/options.ts';

const usage = `usage: npm run -s audit -- COMMAND [options]

  verify  walks the digests of the audit log: names what is missing, changed, added, reordered; exit 1 then
  query   calls that were made, as a table or --json
  stats   how often, per key and operation
  bill    what this use would cost on AWS KMS, and what it costs here
  tail    calls as they are made, a line each; Ctrl-C ends it

Each tells its options with --help. None writes anything, or needs the service to run.
`;

const commands: Readonly<Record<string, () => Promise<{ run(args: readonly string[]): Promise<number> }>>> = {
  verify: () => import('./audit/verify.ts'),
  query: () => import('./audit/query.ts'),
  stats: () => import('./audit/stats.ts'),
  bill: () => import('./audit/bill.ts'),
  tail: () => import('./audit/tail.ts'),
};

/** Reads the audit log. */
export const run = async ([name = '--help', ...args]: readonly string[]): Promise<number> => {
  if (name === '--help') {
    process.stdout.write(usage);
    return 0;
  }
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (command === undefined) throw new UsageError(`there is no command "${name}"\n\n${usage}`);
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    process.exit(0); // whoever reads has enough, as `head` has
  });
  return (await command()).run(args);
};
