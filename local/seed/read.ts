import { readFileSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { FaultyError, newFaults, type Path, sentence } from '../check.ts';
import { newUnique } from '../unique.ts';
import { type KeyDocument, keyDocument, seedDocument } from './schema.ts';
import { SeedError } from './seed-error.ts';
import { type SeedDefaults, type SeedKey, seedKey } from './seed-key.ts';
import { parseYaml, SyntaxFault, type YamlDocument } from './yaml.ts';

export interface Seed {
  readonly keys: readonly SeedKey[];
  /** Files with key material that others than their owner can read. */
  readonly exposed: readonly string[];
}

/**
 * Reads and judges a seed file, without a look at what is stored.
 * @throws {SeedError} with a line `FILE:LINE:COLUMN: …` for each fault
 */
export const readSeed = (file: string, defaults: SeedDefaults): Seed => {
  const document = parse(file);
  try {
    const { keys } = seedDocument(document.value, []);
    return judge(keys, file, defaults);
  } catch (error) {
    throw error instanceof FaultyError ? new SeedError(located(file, document, error).join('\n')) : error;
  }
};

const parse = (file: string): YamlDocument => {
  try {
    return parseYaml(readFileSync(file, 'utf8'));
  } catch (error) {
    if (error instanceof SyntaxFault) throw new SeedError(place(file, error.position) + error.message);
    const { code } = error as NodeJS.ErrnoException; // what node:fs throws
    throw new SeedError(code === 'ENOENT' ? `${file}: no such file` : `${file}: cannot be read (${code})`);
  }
};

const located = (file: string, document: YamlDocument, { faults }: FaultyError): readonly string[] =>
  faults
    .map((fault) => ({ ...document.positionOf(fault.path), text: sentence(fault) }))
    .sort((a, b) => a.line - b.line || a.column - b.column)
    .map(({ text, ...position }) => place(file, position) + text);

const place = (file: string, { line, column }: SyntaxFault['position']) => `${file}:${line}:${column}: `;

const judge = (given: readonly unknown[], file: string, defaults: SeedDefaults): Seed => {
  const faults = newFaults();
  const keyIds = newUnique();
  const aliases = newUnique();
  const documents: KeyDocument[] = [];
  const keys: SeedKey[] = [];
  for (const [i, value] of given.entries()) {
    const path: Path = ['keys', i];
    const document = faults.collect(() => keyDocument(value, path));
    if (document === undefined) continue;
    const { keyId, account = defaults.account, region = defaults.region } = document;
    // Anywhere in the file: two Regions have no single-Region key in common.
    faults.collect(() => keyIds(keyId, [...path, 'keyId']));
    for (const [a, alias] of document.aliases.entries()) {
      faults.collect(() => aliases(`${account} ${region} ${alias}`, [...path, 'aliases', a]));
    }
    const key = faults.collect(() => seedKey(document, defaults, dirname(file), path));
    documents.push(document);
    if (key) keys.push(key);
  }
  faults.end();
  return { keys, exposed: exposedFiles(file, documents) };
};

const exposedFiles = (file: string, documents: readonly KeyDocument[]): readonly string[] => {
  const materials = documents.flatMap(({ material }) => material ?? []);
  const pems = materials.flatMap(({ pem }) => (pem === undefined ? [] : resolve(dirname(file), pem)));
  const holding = materials.some(({ pem }) => pem === undefined) ? [file, ...pems] : pems;
  return process.platform === 'win32' ? [] : holding.filter((each) => statSync(each).mode & 0o077);
};

export const exposureNotes = (files: readonly string[]): readonly string[] =>
  files.map((file) => `${file} holds key material, and others can read it: chmod 600 ${file}`);
