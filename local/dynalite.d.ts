/** The parts of dynalite 4.0.0 that we call; it ships no types. Its own callbacks come later, never before the call returns. */

declare module 'dynalite/db/index.js' {
  export type Callback<Value> = (error: Error | null, value?: Value) => void;

  /** What dynalite answers to a caller's mistake: thrown by validations, handed to the callback by actions. */
  export interface ApiError extends Error {
    statusCode: number;
    body: { __type: string; message?: string };
  }

  export type BatchOperation =
    | { readonly type: 'put'; readonly key: string; readonly value: object }
    | { readonly type: 'del'; readonly key: string };

  export interface LevelIterator extends AsyncIterable<object> {
    close(): Promise<void>;
  }

  /** The whole LevelDB: every key carries the prefix of its part. */
  export interface Level {
    open(): Promise<void>;
    close(): Promise<void>;
    put(key: string, value: object, done: Callback<void>): void;
    batch(operations: readonly BatchOperation[], done: Callback<void>): void;
    /** Only on disk. */
    compactRange?(start: string, end: string): Promise<void>;
    keys(range: { gte: string; lt: string }): LevelIterator;
    values(range: { gte: string; lt: string }): LevelIterator;
  }

  /** One part of it (a table's items, or one index), by keys without the prefix. */
  export interface Part {
    get(key: string, done: Callback<object>): void;
    put(key: string, value: object, done: Callback<void>): void;
    del(key: string, done: Callback<void>): void;
  }

  export interface TableDescription {
    TableName: string;
    TableStatus: string;
    GlobalSecondaryIndexes?: { IndexName: string; IndexStatus: string }[];
  }

  export type TableAsked = [done: Callback<TableDescription>] | [inUse: false, done: Callback<TableDescription>];

  export interface Store {
    readonly db: Level;
    readonly tableDb: Part;
    /** A table in use; one in any state, where the flag is there. */
    getTable(name: string, ...asked: TableAsked): void;
    getItemDb(table: string): Part;
    getIndexDb(type: 'Local' | 'Global', table: string, index: string): Part;
  }

  export interface Options {
    /** LevelDB folder; in memory without it. */
    path?: string;
    createTableMs?: number;
  }

  const db: { create(options: Options): Store };
  export default db;
}

declare module 'dynalite/db/conditionParser.js' {
  /** What an expression is parsed with. Names and values that it uses are taken out of the unused ones. */
  export interface Context {
    readonly attrNames?: Readonly<Record<string, string>> | undefined;
    /** Each an object of one member, which is named after its type. */
    readonly attrVals?: Readonly<Record<string, object>> | undefined;
    readonly unusedAttrNames: Record<string, unknown>;
    readonly unusedAttrVals: Record<string, unknown>;
    compare(operator: 'GT', one: unknown, other: unknown): boolean;
  }

  /** Besides the expression, what attributes are in it. */
  export interface Parsed {
    /** Nodes with the values themselves among their arguments. */
    readonly expression: unknown;
  }

  const conditionParser: {
    /** @returns text about a mistake; @throws {Error} on what is no expression */
    parse(text: string, options: { readonly context: Context }): Parsed | string;
  };
  export default conditionParser;
}

declare module 'dynalite/validations/index.js' {
  import type { Store } from 'dynalite/db/index.js';

  const validations: {
    /** @returns the members of `input` that `types` names; @throws {ApiError} */
    checkTypes(input: object, types: object): object;
    /** @throws {ApiError} */
    checkValidations(input: object, types: object, custom: unknown, store: Store): void;
  };
  export default validations;
}

declare module 'dynalite/validations/*.js' {
  const validation: { types: object; custom?: unknown };
  export default validation;
}

declare module 'dynalite/actions/*.js' {
  import type { Callback, Store } from 'dynalite/db/index.js';

  const action: (store: Store, input: object, done: Callback<object>) => void;
  export default action;
}
