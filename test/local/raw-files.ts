import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** So short that LevelDB's log and blocks cut through few of them, so long that none comes by chance. */
const pieceLength = 12;

/** The pieces of bytes as the database holds them: in base64, which compression leaves as it is when they are random. */
export const piecesOf = (bytes: Uint8Array): string[] => {
  const text = Buffer.from(bytes).toString('base64');
  const count = Math.floor(text.length / pieceLength);
  return Array.from({ length: count }, (_, n) => text.slice(n * pieceLength, (n + 1) * pieceLength));
};

/** The files of a folder that hold any of the pieces. */
export const filesWith = async (folder: string, pieces: readonly string[]): Promise<string[]> => {
  const found: string[] = [];
  for (const name of await readdir(folder)) {
    const content = await readFile(join(folder, name), 'latin1');
    if (pieces.some((piece) => content.includes(piece))) found.push(name);
  }
  return found;
};
