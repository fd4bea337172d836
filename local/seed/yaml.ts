import { type Document, isAlias, isMap, isNode, isScalar, isSeq, LineCounter, parseDocument, visit } from 'yaml';
import type { Path } from '../check.ts';

/** Counted from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** A file that is no document; the message never quotes the file. */
export class SyntaxFault extends Error {
  override readonly name = 'SyntaxFault';
  readonly position: Position;

  constructor(position: Position, problem: string) {
    super(problem);
    this.position = position;
  }
}

export interface YamlDocument {
  readonly value: unknown;
  /** Where a place is; where the nearest thing around it is, if it is missing. */
  positionOf(path: Path): Position;
}

/** Uses of aliases, each counted as often as what holds it is used: more are an attack, or a mistake. */
const mostAliases = 1000;

/**
 * Reads one document of YAML 1.2 in its core schema, and so JSON too. Names are texts and stand once, tags are refused,
 * and merge keys are none.
 *
 * @throws {SyntaxFault} for anything else
 */
export const parseYaml = (text: string): YamlDocument => {
  const lineCounter = new LineCounter();
  const document: Document = parseDocument(text, {
    version: '1.2',
    schema: 'core',
    merge: false,
    stringKeys: true,
    resolveKnownTags: false,
    prettyErrors: false, // they quote the file
    logLevel: 'error', // 'silent' lets a second document pass
    lineCounter,
  });
  const at = (offset: number): Position => {
    const { line, col } = lineCounter.linePos(offset);
    return { line, column: Math.max(col, 1) };
  };
  const [fault] = [...document.errors, ...document.warnings];
  if (fault) throw new SyntaxFault(at(fault.pos[0]), words[fault.code] ?? 'is not valid YAML');
  if (document.directives?.yaml.version !== '1.2') throw new SyntaxFault(at(0), 'is not YAML 1.2');
  checkAliases(document, at);
  return {
    value: plainValue(document, at),
    positionOf: (path) => at(offsetOf(document, path)),
  };
};

/** In our words: the library's may quote the file. */
const words: Readonly<Record<string, string>> = {
  DUPLICATE_KEY: 'a name stands here for the second time',
  MULTIPLE_DOCS: 'a second document begins here; a file holds one',
  NON_STRING_KEY: 'a name must be a text',
  RESOURCE_EXHAUSTION: 'is nested too deeply',
  TAB_AS_INDENT: 'a tab cannot indent; use blanks',
  TAG_RESOLVE_FAILED: 'tags are not taken',
};

const checkAliases = (document: Document, at: (offset: number) => Position): void => {
  visit(document, {
    Alias(_, alias) {
      if (alias.resolve(document) !== undefined) return;
      throw new SyntaxFault(at(alias.range?.[0] ?? 0), 'an alias has no anchor before it');
    },
  });
};

const plainValue = (document: Document, at: (offset: number) => Position): unknown => {
  try {
    const value: unknown = document.toJS({ maxAliasCount: mostAliases });
    JSON.stringify(value); // throws where an anchor holds its own alias
    return value;
  } catch {
    throw new SyntaxFault(at(0), `has more than ${mostAliases} aliases, or one within its own anchor`);
  }
};

const offsetOf = (document: Document, path: Path): number => {
  let node: unknown = document.contents;
  let offset = rangeStart(node) ?? 0;
  for (const step of path) {
    if (isAlias(node)) node = node.resolve(document);
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => isScalar(key) && key.value === step);
      offset = rangeStart(pair?.key) ?? offset;
      node = pair?.value;
    } else if (isSeq(node) && typeof step === 'number') {
      node = node.items[step];
      offset = rangeStart(node) ?? offset;
    } else return offset;
  }
  return offset;
};

const rangeStart = (node: unknown): number | undefined => (isNode(node) ? node.range?.[0] : undefined);
