import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { expect, it } from 'vitest';
import { operations } from '../lambdas/operations/index.ts';

it('reads the registry without anything but vocabulary: core/model, operation.ts and the operations', async () => {
  const { metafile } = await build({
    absWorkingDir: fileURLToPath(new URL('..', import.meta.url)),
    entryPoints: ['lambdas/operations/index.ts'],
    bundle: true,
    write: false,
    metafile: true,
    platform: 'node',
    format: 'esm',
  });
  const files = Object.keys(metafile.inputs);
  const allowed = /^(core\/model\/[a-z-]+|lambdas\/operation|lambdas\/operations\/[a-z-]+)\.ts$/;
  expect(files.filter((file) => !allowed.test(file))).toEqual([]);
  const imports = Object.values(metafile.inputs).flatMap((input) => input.imports);
  expect(imports.filter(({ external }) => external)).toEqual([]); // neither packages nor node:
  // Each operation a file, and all of them in the registry.
  expect(files.filter((file) => file.startsWith('lambdas/operations/'))).toHaveLength(operations.length + 1);
});
