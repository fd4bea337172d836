import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, it } from 'vitest';

export interface OpenSsl {
  /** Standard output; throws with what openssl said if it fails. */
  readonly run: (...args: readonly string[]) => Buffer;
  /** Whether openssl ends well. */
  readonly accepts: (...args: readonly string[]) => boolean;
  /** Writes a file which is gone after the suite, and gives its path. */
  readonly file: (name: string, bytes: Uint8Array) => string;
}

const start = (args: readonly string[]) => spawnSync('openssl', args, { stdio: ['ignore', 'pipe', 'pipe'] });

/** Runs a suite with the openssl command as the second opinion; where there is none of version 3, it says so. */
export const describeOpenSsl = (title: string, body: (openssl: OpenSsl) => void): void => {
  if (!start(['version']).stdout?.toString().startsWith('OpenSSL 3')) {
    console.warn(`SKIPPED, NOTHING PROVED: ${title}: no openssl 3 on this machine`);
    describe.skip(title, () => it('needs openssl'));
    return;
  }
  describe(title, () => {
    let folder: string;
    beforeAll(() => {
      folder = mkdtempSync(join(tmpdir(), 'kms-openssl-'));
    });
    afterAll(() => rmSync(folder, { recursive: true }));
    body({
      run: (...args) => {
        const { status, stdout, stderr } = start(args);
        if (status !== 0) throw new Error(`openssl ${args[0]}: ${stderr.toString()}`);
        return stdout;
      },
      accepts: (...args) => start(args).status === 0,
      file: (name, bytes) => {
        writeFileSync(join(folder, name), bytes, { mode: 0o600 });
        return join(folder, name);
      },
    });
  });
};
