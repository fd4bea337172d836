import { readFileSync } from 'node:fs';
import { createRequire, isBuiltin } from 'node:module';
import { join } from 'node:path';
import { compileFunction, constants } from 'node:vm';
import type { Clock } from './clock.ts';

/** What became of an invocation: the answer as JSON, or the error, as the Invoke API tells it. */
export interface Invoked {
  readonly payload: string;
  readonly failed: boolean;
}

/** Runs a function by its name or ARN. */
export type Invoke = (name: string, event: unknown) => Promise<Invoked>;

export interface FunctionOptions {
  /** The unpacked asset. */
  readonly folder: string;
  /** `index.handler`. */
  readonly handler: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly timeoutSeconds: number;
  readonly clock: Clock;
  /** Told what the function writes, line by line. */
  readonly log: (line: string) => void;
}

type Handler = (event: unknown, context: object) => Promise<unknown>;

/**
 * Loads the bundle of a function as Lambda does, with an environment, a clock and an output of its own, and finds nothing
 * outside its folder but what Node itself has.
 *
 * @throws what the code throws when it is loaded
 */
export const loadFunction = (options: FunctionOptions): ((event: unknown) => Promise<Invoked>) => {
  const { folder, clock, timeoutSeconds } = options;
  const [file, name = ''] = options.handler.split('.');
  const own = Object.create(process, {
    env: { value: { ...options.environment } },
    stdout: { value: { write: (text: string) => void text.split('\n').filter(Boolean).map(options.log) } },
  });
  const modules = new Map<string, { exports: Record<string, unknown> }>();
  const load = (path: string) => {
    const known = modules.get(path);
    if (known) return known.exports;
    const module = { exports: {} as Record<string, unknown> }; // until the code has filled it
    modules.set(path, module);
    const builtin = createRequire(path);
    const require = (id: string) => {
      if (id === 'node:process' || id === 'process') return own;
      if (isBuiltin(id)) return builtin(id);
      if (id.startsWith('./')) return load(join(folder, id));
      throw new Error(`Cannot find module '${id}'`);
    };
    const text = readFileSync(path, 'utf8');
    const names = [
      'exports',
      'require',
      'module',
      '__filename',
      '__dirname',
      'process',
      'Date',
      'performance',
      'setTimeout',
    ];
    const run = compileFunction(text, names, {
      filename: path,
      importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER, // from the folder
    });
    run(module.exports, require, module, path, folder, own, clock.Date, clock.performance, clock.setTimeout);
    return module.exports;
  };
  const handler = load(join(folder, `${file}.cjs`))[name] as Handler; // as Lambda expects it there

  return async (event) => {
    const end = performance.now() + timeoutSeconds * 1000;
    const context = { getRemainingTimeInMillis: () => Math.max(0, end - performance.now()) };
    try {
      return { payload: JSON.stringify((await handler(event, context)) ?? null), failed: false };
    } catch (error) {
      const { name: errorType, message } = error instanceof Error ? error : new Error(String(error));
      return { payload: JSON.stringify({ errorType, errorMessage: message }), failed: true };
    }
  };
};
