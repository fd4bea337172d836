// A process of `kms start --processes N` that answers calls. Plain JavaScript for the reasons of kms.mjs, which starts it.
import { enableCompileCache } from 'node:module';
import { fileURLToPath } from 'node:url';

enableCompileCache(fileURLToPath(new URL('../node_modules/.cache/compiled', import.meta.url)));
const { freshBundle } = await import('./start-bundle.ts');
const bundle = freshBundle(fileURLToPath(new URL('..', import.meta.url)), 'front');
const { runFront } = await import(bundle ?? '../local/fronts/front.ts');
runFront();
