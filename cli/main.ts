import { UsageError } from '../local/options.ts';

/** The commands; each is loaded when it is called, so that none waits for another's libraries. */
const commands: Readonly<Record<string, () => Promise<{ run(args: readonly string[]): Promise<number> }>>> = {
  start: () => import('./start.ts'),
  env: () => import('./env.ts'),
  clock: () => import('./clock.ts'),
  seed: () => import('./seed.ts'),
  why: () => import('./why.ts'),
  audit: () => import('./audit.ts'),
  simulate: () => import('./simulate.ts'),
  proxy: () => import('./proxy.ts'),
  'cli-model': () => import('./cli-model.ts'),
};

/** @returns the exit code: 0 done, 1 failed, 2 called wrongly */
export const main = async ([name = '', ...args]: readonly string[]): Promise<number> => {
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (command === undefined) {
    process.stderr.write(`kms: unknown command "${name}"\nhint: kms ${Object.keys(commands).join(' | ')}\n`);
    return 2;
  }
  try {
    return await (await command()).run(args);
  } catch (error) {
    const isUsage = error instanceof UsageError || (error instanceof Error && isUnknownFlag(error));
    process.stderr.write(`kms ${name}: ${error instanceof Error ? error.message : String(error)}\n`);
    return isUsage ? 2 : 1;
  }
};

const isUnknownFlag = (error: Error & { code?: string }) => error.code?.startsWith('ERR_PARSE_ARGS') ?? false;
