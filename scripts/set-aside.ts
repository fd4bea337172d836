import type { Metafile, Plugin } from 'esbuild';

/**
 * Libraries that few calls need: those of SM2, which only the Regions of China have, of attestation, of signatures over
 * digests, and of ML-DSA and ML-KEM, of which OpenSSL does most. Each lies in a file of its own beside the bundle, and the
 * first call that needs it loads it, so that no cold start does.
 */
const libraries: readonly string[] = [
  'sm-crypto-v2',
  'asn1js',
  'cborg',
  '@noble/curves/nist.js',
  '@noble/curves/secp256k1.js',
  '@noble/curves/ed25519.js',
  '@noble/post-quantum/ml-dsa.js',
  '@noble/post-quantum/ml-kem.js',
];

/** `noble-curves-nist` of `@noble/curves/nist.js`. */
const fileOf = (library: string) => library.replaceAll(/^@|\.js$/g, '').replaceAll('/', '-');
const namespace = 'set-aside';

/** Puts in the place of each library its exports, none of which is there before it is used. */
export const setAside: Plugin = {
  name: namespace,
  setup({ onResolve, onLoad }) {
    onResolve({ filter: new RegExp(`^(?:${libraries.join('|')})$`) }, ({ path, kind }) =>
      kind === 'entry-point' ? undefined : { path, namespace, sideEffects: false },
    );
    onResolve({ filter: /^\.\/.*\.cjs$/, namespace }, ({ path }) => ({ path, external: true }));
    onLoad({ filter: /^/, namespace }, async ({ path }) => {
      const names = Object.keys(await import(path)).filter((name) => /^(?!default$)[\w$]+$/.test(name));
      const getters = names.map((name) => `get ${name}() { return load().${name}; }`);
      const load = `let loaded; const load = () => (loaded ??= require('./${fileOf(path)}.cjs'));`;
      return { contents: `${load}\nmodule.exports = { ${getters.join(', ')} };`, resolveDir: '.' };
    });
  },
};

/** The libraries that bundles need beside them, as entry points by where they go: `Encrypt/sm-crypto-v2`. */
export const librariesBeside = ({ outputs }: Metafile): Record<string, string> =>
  Object.fromEntries(
    Object.values(outputs).flatMap(({ entryPoint = '', inputs }) => {
      const name = entryPoint.replace(/^.*:/, '');
      const needed = libraries.filter((library) => (inputs[`${namespace}:${library}`]?.bytesInOutput ?? 0) > 0);
      return needed.map((library) => [`${name}/${fileOf(library)}`, library]);
    }),
  );
