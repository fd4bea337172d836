import { counted } from '../../local/counted.ts';
import { logToStderr } from '../../local/log.ts';
import { dataDirFrom } from '../../local/options.ts';
import { command, dataOption } from '../command.ts';

export const rotate = command({
  summary: 'put another in its place',
  about: `Makes a new root key, wraps all key material anew under it, then removes the old one. Keys, ciphertexts and
credentials stay as they are. The service must be stopped. Cut off anywhere, nothing is lost: run it again, or start the
service. Backups of the folder from before open only with the root secret that is in them: make a new one afterwards.`,
  options: dataOption,
  json: 'one object: version, items, removed',
  examples: [['kms root rotate', 'the root key is version 2 now: …']],
  exits: { 0: 'done', 1: 'not done, or not to the end; nothing is lost' },
  async run({ values, note }) {
    process.umask(0o077); // also for the files that LevelDB makes
    const { rotateRoot } = await import('../../local/rotate-root.ts');
    const log: typeof logToStderr = (entry) => void (entry.level !== 'info' && logToStderr(entry));
    const { version, resumed, items, removed } = await rotateRoot(dataDirFrom(values.data, process.env), log);
    if (resumed) note('note: this finished a rotation that had been cut off; run it again for another root key');
    const anew = counted(items, 'item of key material was', 'items of key material were');
    const gone = `${removed.length === 1 ? 'version' : 'versions'} ${removed.join(', ')} removed`;
    const words = `the root key is version ${version} now: ${anew} wrapped anew, ${gone}`;
    process.stdout.write(`${values.json ? JSON.stringify({ version, items, removed }) : words}\n`);
    return 0;
  },
});
