/** The service without the audit step of the pipeline, to compare with: there is no such option. Arguments as of bin/kms.mjs. */
import { registerHooks } from 'node:module';

let left = 0;

registerHooks({
  load(url, context, nextLoad) {
    if (!url.endsWith('/lambdas/pipeline/audit.ts')) return nextLoad(url, context);
    left += 1;
    return { format: 'module', source: 'export const audit = () => ({ after() {} });', shortCircuit: true };
  },
});
await import('../lambdas/pipeline/index.ts');
if (left !== 1) throw new Error('the step is not where it was: this would measure nothing');

await import('./module-server.ts');
