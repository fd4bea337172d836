import { globSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { LongestFirst } from './test/longest-first.ts';

/** Files that put another module in the place of one, which only vitest's own way of importing can do. */
const replacing = globSync('test/**/*.test.ts').filter((file) => /\bvi\.mock\b/.test(readFileSync(file, 'utf8')));

// More than there are cores: tests with a service of their own mostly wait.
const maxWorkers = availableParallelism() + 2;
// For a machine of which others take most: what hangs, hangs for longer than this.
const shared = { testTimeout: 120_000, hookTimeout: 120_000, expect: { poll: { timeout: 30_000 } }, maxWorkers };

export default defineConfig({
  test: {
    maxWorkers,
    sequence: { sequencer: LongestFirst },
    projects: [
      { test: { ...shared, name: 'replacing', include: replacing } },
      {
        test: {
          ...shared,
          name: 'together',
          include: ['test/**/*.test.ts'],
          exclude: replacing,
          // Files share a process and all it has imported: what a file changes in it, the file takes back.
          isolate: false,
          // Node imports TypeScript itself, as it does for the service: faster, and no transformed code is tested.
          experimental: { viteModuleRunner: false, nodeLoader: false },
          globalSetup: ['test/run-folder.ts'],
          setupFiles: ['test/setup.ts'],
          // Of esbuild, a quarter of whose time went into collecting garbage.
          env: { GOGC: '400' },
        },
      },
    ],
  },
});
