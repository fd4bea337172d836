import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Plugin } from 'esbuild';

/**
 * What the SDK loads only when the environment has no credentials, which that of a Lambda always has. Left out of the
 * bundles, a third of their size.
 */
export const neverLoaded = [
  '@aws-sdk/credential-provider-http',
  '@aws-sdk/credential-provider-ini',
  '@aws-sdk/credential-provider-process',
  '@aws-sdk/credential-provider-sso',
  '@aws-sdk/credential-provider-web-identity',
  '@smithy/credential-provider-imds',
];

/** Hashes in JavaScript for a Node.js without OpenSSL. */
const spareHashes = /[\\/]submodules[\\/]checksum[\\/]\w+[\\/](?:Sha256|Md5|Crc32)Js\.js$/;
/** The cache of endpoint discovery, which is off; it is made all the same. */
const discoveryCache = /[\\/]mnemonist[\\/]lru-cache\.js$/;
/** Of a way to retry that nobody chooses; it is made when it is used. */
const rateLimiter = /[\\/]util-retry[\\/]DefaultRateLimiter\.js$/;
/** Of which the client tells its version to the service. */
const packageFacts = /[\\/]@aws-sdk[\\/]client-[\w-]+[\\/]package\.json$/;

/** Loaded when an operation streams events, which none of ours does; but at once by the client of S3. */
const eventStreams = /^@smithy\/core\/event-streams$/;
const s3 = /[\\/]@aws-sdk[\\/]client-s3[\\/]/;

/** Leaves out of the SDK what is loaded in any case, and never used in a Lambda. */
export const leanSdk: Plugin = {
  name: 'lean-sdk',
  setup({ onLoad, onResolve }) {
    onResolve({ filter: eventStreams }, ({ path, importer }) =>
      s3.test(importer) ? undefined : { path, external: true },
    );
    onLoad({ filter: spareHashes }, ({ path }) => ({
      contents: `export const ${basename(path, '.js')} = undefined;`,
    }));
    onLoad({ filter: discoveryCache }, () => ({ contents: 'export default class {}' }));
    onLoad({ filter: rateLimiter }, () => ({ contents: 'export class DefaultRateLimiter {}' }));
    onLoad({ filter: packageFacts }, async ({ path }) => {
      const { version } = JSON.parse(await readFile(path, 'utf8'));
      return { contents: JSON.stringify({ version }), loader: 'json' };
    });
  },
};
