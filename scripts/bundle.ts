import { rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build, type Metafile, type Plugin } from 'esbuild';
import { type AuditFunction, auditFunctions } from '../lambdas/audit/functions.ts';
import type { Operation } from '../lambdas/operation.ts';
import { operations } from '../lambdas/operations/index.ts';
import { usesOf } from '../lambdas/pipeline/uses.ts';
import type { Schedule } from '../lambdas/schedule.ts';
import { schedules } from '../lambdas/schedules/index.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const namespace = 'lambda';

/**
 * Left out of the bundles, a third of their size: the SDK loads these only when the environment has no credentials, and
 * that of a Lambda always has.
 */
const otherCredentials = [
  '@aws-sdk/credential-provider-http',
  '@aws-sdk/credential-provider-ini',
  '@aws-sdk/credential-provider-process',
  '@aws-sdk/credential-provider-sso',
  '@aws-sdk/credential-provider-web-identity',
  '@smithy/credential-provider-imds',
];

/** By the house rule on names: `ReEncrypt` is `reEncrypt` of `re-encrypt.ts`. */
const declarationOf = (name: string) => ({
  file: name.replace(/\B[A-Z]/g, '-$&').toLowerCase(),
  constant: name.charAt(0).toLowerCase() + name.slice(1),
});

/** What runs in a function. */
type Runnable = Operation | Schedule | AuditFunction;

const entryOf = (runnable: Runnable): string => {
  if ('pass' in runnable) return entryOfSchedule(runnable);
  return 'file' in runnable ? entryOfAudit(runnable) : entryOfOperation(runnable);
};

/** What a function consists of: its operation alone, and key material and attestation only where they are needed. */
const entryOfOperation = (operation: Operation): string => {
  const { file, constant } = declarationOf(operation.name);
  const keyring = usesOf(operation).material === 'use' ? 'secretKeyring' : '';
  const recipients = operation.recipient ? 'newRecipients' : '';
  return `
    import { lambdaHandler } from './lambdas/gateway.ts';
    import { ${constant} } from './lambdas/operations/${file}.ts';
    ${keyring && `import { ${keyring} } from './lambdas/root-secret.ts';`}
    ${recipients && `import { ${recipients} } from './lambdas/recipients.ts';`}
    import { lambdaRuntime } from './lambdas/runtime.ts';
    export const handler = lambdaHandler(${constant}, lambdaRuntime(${keyring || undefined}, ${recipients || undefined}));
  `;
};

/** The same for a schedule, which answers nobody. */
const entryOfSchedule = ({ name, uses }: Schedule): string => {
  const { file, constant } = declarationOf(name);
  const keyring = uses.material === 'use' ? 'secretKeyring' : '';
  return `
    import { scheduleHandler } from './lambdas/schedule-handler.ts';
    import { ${constant} } from './lambdas/schedules/${file}.ts';
    ${keyring && `import { ${keyring} } from './lambdas/root-secret.ts';`}
    import { lambdaRuntime } from './lambdas/runtime.ts';
    export const handler = scheduleHandler(${constant}, lambdaRuntime(${keyring}));
  `;
};

/** Functions of the audit log have nothing in common with calls: not even the runtime. */
const entryOfAudit = ({ file, handler }: AuditFunction): string => `
  import { ${handler} } from './lambdas/audit/${file}.ts';
  export const handler = ${handler}(process.env);
`;

/** Entries that are no files. */
const entries = (bundled: readonly Runnable[]): Plugin => ({
  name: 'entries',
  setup({ onResolve, onLoad }) {
    const contents = new Map(bundled.map((runnable) => [runnable.name, entryOf(runnable)]));
    onResolve({ filter: /^lambda:/ }, ({ path }) => ({ path: path.slice(`${namespace}:`.length), namespace }));
    onLoad({ filter: /^/, namespace }, ({ path }) => ({ contents: contents.get(path) ?? '', resolveDir: root }));
  },
});

/**
 * Bundles each operation, schedule and function of the audit log into a folder of its own, ready for Lambda, in one pass.
 *
 * @param outdir what was in it is gone afterwards
 * @returns esbuild's account of what went into each, paths relative to the repository
 */
export const bundle = async (bundled: readonly Runnable[], outdir: string): Promise<Metafile> => {
  await rm(outdir, { recursive: true, force: true });
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: Object.fromEntries(bundled.map(({ name }) => [`${name}/index`, `${namespace}:${name}`])),
    plugins: [entries(bundled)],
    outdir,
    bundle: true,
    minify: true,
    metafile: true,
    platform: 'node',
    target: 'node24',
    // CommonJS loads fastest; the SDK's ES modules leave most of it behind.
    format: 'cjs',
    outExtension: { '.js': '.cjs' },
    mainFields: ['module', 'main'],
    external: otherCredentials,
    legalComments: 'none',
    logLevel: 'warning',
  });
  return metafile;
};

/** A line for each bundle: its name and size in KiB, largest first. */
export const sizesOf = ({ outputs }: Metafile): string =>
  Object.values(outputs)
    .toSorted((a, b) => b.bytes - a.bytes)
    .map(
      ({ entryPoint = '', bytes }) => `${(bytes / 1024).toFixed(0).padStart(6)} KiB  ${entryPoint.replace(/^.*:/, '')}`,
    )
    .join('\n');

if (import.meta.main) {
  const started = performance.now();
  const all = [...operations, ...schedules, ...auditFunctions];
  const metafile = await bundle(all, `${root}dist/lambdas`);
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(`${sizesOf(metafile)}\n${all.length} functions in dist/lambdas after ${seconds} s`);
}
