import { globSync } from 'node:fs';
import { describe } from 'vitest';

// All in one file, and so in one process: it loads the CDK once, and makes each template once for all who ask.
for (const file of globSync('*-suite.ts', { cwd: import.meta.dirname }).toSorted()) {
  describe(`lib/${file.replace('-suite.ts', '')}`, async () => {
    await import(`./${file}`);
  });
}
