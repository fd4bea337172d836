import { rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { type BuildOptions, build, type Metafile, type Plugin } from 'esbuild';
import type { KeyUsage } from '../core/model/key-specs.ts';
import type { Algorithms } from '../lambdas/algorithms.ts';
import { type AuditFunction, auditFunctions } from '../lambdas/audit/functions.ts';
import type { Operation } from '../lambdas/operation.ts';
import { operations } from '../lambdas/operations/index.ts';
import { usesOf } from '../lambdas/pipeline/uses.ts';
import type { Schedule } from '../lambdas/schedule.ts';
import { schedules } from '../lambdas/schedules/index.ts';
import { leanSdk, neverLoaded } from './lean-sdk.ts';
import { librariesBeside, setAside } from './set-aside.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const namespace = 'lambda';

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

/** How each of `Algorithms` is imported. */
const algorithmImports = {
  newDataKeyPair: "{ generateDataKeyPair as newDataKeyPair } from './core/crypto/data-key-pair.ts'",
  signatureScheme: "{ signatureScheme } from './lambdas/usable-key/signature.ts'",
  publicKeyEncryption: "{ publicKeyEncryption } from './lambdas/usable-key/encryption.ts'",
  agreeWith: "{ agreeWith } from './lambdas/usable-key/agreement.ts'",
  encapsulation: "* as encapsulation from './lambdas/usable-key/encapsulation.ts'",
  mlDsaPublicKey: "{ mlDsaPublicKey } from './core/crypto/ml-dsa.ts'",
  mlKemPublicKey: "{ mlKemPublicKey } from './core/crypto/ml-kem.ts'",
} as const satisfies Record<keyof Algorithms, string>;

/** What keys of a usage need: an operation that declares it is never handed another, nor loads its material. */
const algorithmsOf: Readonly<Record<KeyUsage, readonly (keyof Algorithms)[]>> = {
  ENCRYPT_DECRYPT: ['publicKeyEncryption'],
  GENERATE_VERIFY_MAC: [],
  SIGN_VERIFY: ['signatureScheme', 'mlDsaPublicKey'],
  KEY_AGREEMENT: ['agreeWith'],
  ENCAPSULATE_DECAPSULATE: ['encapsulation', 'mlKemPublicKey'],
};

/** Without a usage an operation makes material, or tells public keys. */
const withoutUsage = ['mlDsaPublicKey', 'mlKemPublicKey'] as const;

const neededBy = ({ keys, input }: Operation): readonly (keyof Algorithms)[] => {
  const usages = Object.values(keys).map(({ usage }) => usage);
  const forKeys = usages.flatMap((usage) => (usage === undefined ? withoutUsage : algorithmsOf[usage]));
  return [...new Set(forKeys), ...('KeyPairSpec' in input ? (['newDataKeyPair'] as const) : [])];
};

/** The keyring of a function, with these algorithms: the lines that import it, and the expression. */
const keyringWith = (names: readonly (keyof Algorithms)[]) => ({
  imports: [
    "import { awsKeyring } from './lambdas/root-keys.ts';",
    ...names.map((name) => `import ${algorithmImports[name]};`),
  ].join('\n'),
  keyring: `awsKeyring({ ${names.join(', ')} })`,
});

const noKeyring = { imports: '', keyring: 'undefined' };

/** What a function consists of: its operation alone, and key material and attestation only where they are needed. */
const entryOfOperation = (operation: Operation): string => {
  const { file, constant } = declarationOf(operation.name);
  const { imports, keyring } = usesOf(operation).material ? keyringWith(neededBy(operation)) : noKeyring;
  const recipients = operation.recipient ? 'newRecipients' : '';
  const managedKeys = operation.uses.managedKeys ? 'makeManagedKeys' : '';
  return `
    import { lambdaHandler } from './lambdas/gateway.ts';
    import { ${constant} } from './lambdas/operations/${file}.ts';
    ${imports}
    ${recipients && `import { ${recipients} } from './lambdas/recipients.ts';`}
    ${managedKeys && `import { newManagedKeys as ${managedKeys} } from './lambdas/managed-keys.ts';`}
    import { lambdaRuntime } from './lambdas/runtime.ts';
    const more = { ${[recipients, managedKeys].filter(Boolean).join(', ')} };
    export const handler = lambdaHandler(${constant}, lambdaRuntime(${keyring}, more));
  `;
};

/** The same for a schedule, which answers nobody, and makes material of symmetric keys at most. */
const entryOfSchedule = ({ name, uses }: Schedule): string => {
  const { file, constant } = declarationOf(name);
  const { imports, keyring } = uses.material ? keyringWith([]) : noKeyring;
  return `
    import { scheduleHandler } from './lambdas/schedule-handler.ts';
    import { ${constant} } from './lambdas/schedules/${file}.ts';
    ${imports}
    import { lambdaRuntime } from './lambdas/runtime.ts';
    export const handler = scheduleHandler(${constant}, lambdaRuntime(${keyring}));
  `;
};

/** What is bundled and is neither operation nor schedule, by name: the code of its entry. */
const others: Readonly<Record<string, string>> = {
  KeyResource: `
    import { keyResourceHandler } from './lambdas/key-resource.ts';
    export const handler = keyResourceHandler(process.env);
  `,
  Router: `
    import { newRouter } from './lambdas/router.ts';
    export const handler = newRouter(${JSON.stringify(operations.map(({ name }) => name))}, process.env);
  `,
};
/** Functions of the audit log have nothing in common with calls: not even the runtime. */
const entryOfAudit = ({ file, handler }: AuditFunction): string => `
  import { ${handler} } from './lambdas/audit/${file}.ts';
  export const handler = ${handler}(process.env);
`;

/** Entries that are no files. */
const entries = (contents: ReadonlyMap<string, string>): Plugin => ({
  name: 'entries',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^lambda:/ }, ({ path }) => ({ path: path.slice(`${namespace}:`.length), namespace }));
    onLoad({ filter: /^/, namespace }, ({ path }) => ({ contents: contents.get(path) ?? '', resolveDir: root }));
  },
});

const options = {
  absWorkingDir: root,
  bundle: true,
  minify: true,
  platform: 'node',
  target: 'node24',
  // CommonJS loads fastest; the SDK's ES modules leave most of it behind.
  format: 'cjs',
  outExtension: { '.js': '.cjs' },
  mainFields: ['module', 'main'],
  external: [...neverLoaded],
  legalComments: 'none',
  logLevel: 'warning',
} as const satisfies BuildOptions;

/**
 * Bundles each operation and schedule, and all else that runs, into a folder of its own, ready for Lambda, in one pass.
 *
 * @param outdir what was in it is gone afterwards
 * @returns esbuild's account of what went into each, paths relative to the repository
 */
export const bundle = async (bundled: readonly Runnable[], outdir: string): Promise<Metafile> => {
  await rm(outdir, { recursive: true, force: true });
  const contents = new Map([...bundled.map((each) => [each.name, entryOf(each)] as const), ...Object.entries(others)]);
  const { metafile } = await build({
    ...options,
    entryPoints: Object.fromEntries([...contents.keys()].map((name) => [`${name}/index`, `${namespace}:${name}`])),
    plugins: [entries(contents), leanSdk, setAside],
    outdir,
    metafile: true,
  });
  await build({ ...options, entryPoints: librariesBeside(metafile), outdir });
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
  console.log(
    `${sizesOf(metafile)}\n${Object.keys(metafile.outputs).length} functions in dist/lambdas after ${seconds} s`,
  );
}
