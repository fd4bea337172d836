/** A command is a declaration: the parser, `--help`, the completion of shells and the tests are made of it. */

/** An option is a switch, unless it has a `value`. */
export interface Option {
  readonly about: string;
  /** What it takes: FILE, NAME. Where it is FILE or DIR, shells complete paths. */
  readonly value?: string;
  /** May be given several times. */
  readonly many?: true;
  readonly choices?: readonly string[];
  /** Shown: the variable that counts where the option is not given, and what counts without either. */
  readonly variable?: string;
  readonly byDefault?: string;
}

export type Options = Readonly<Record<string, Option>>;

/** What was given, by the names of the options. */
export type Values<O extends Options> = {
  readonly [Name in keyof O]?:
    | (O[Name] extends { value: string } ? (O[Name] extends { many: true } ? readonly string[] : string) : boolean)
    | undefined;
};

export interface Argument {
  readonly name: string;
  readonly about: string;
  readonly optional?: true;
  readonly many?: true;
  readonly choices?: readonly string[];
  /** What shells complete, where other spellings are taken too. */
  readonly suggested?: readonly string[];
  /** What looks like an option, and is none: the -3h of `clock`. */
  readonly dashed?: RegExp;
}

/** Every command has them; `--help` besides. */
export const commonOptions = {
  json: { about: 'for programs' },
  quiet: { about: 'say nothing but the result, and what went wrong' },
} as const satisfies Options;

export interface Call<O extends Options = Options> {
  readonly values: Values<O & typeof commonOptions>;
  readonly args: readonly string[];
  /** All there are. */
  readonly commands: Group;
  /** For people, on stderr: a line, unless it is to be quiet. */
  note(text: string): void;
}

export interface Declaration<O extends Options> {
  /** A line for the list of commands. */
  readonly summary: string;
  /** What else `--help` tells: paragraphs. */
  readonly about?: string;
  readonly arguments?: readonly Argument[];
  readonly options: O;
  /** What `--json` prints. */
  readonly json: string;
  /** Command lines with what they do. */
  readonly examples: readonly [Example, ...Example[]];
  /** Exit codes that mean something else here than everywhere. */
  readonly exits?: Readonly<Record<number, string>>;
  /** @returns the exit code */
  run(call: Call<O>): Promise<number>;
}

type Example = readonly [line: string, what: string];

export type Command = Omit<Declaration<Options>, 'run'> & { run(call: Call): Promise<number> };

export const command = <const O extends Options>(declaration: Declaration<O>): Command => ({
  ...declaration,
  run: (call) => declaration.run(call as Call<O>), // the parser reads the values by these very options
});

/** A command of a group; its module is loaded when it is called. */
export interface Entry {
  readonly summary: string;
  /** Under which heading `--help` lists it. */
  readonly heading?: string;
  /** For shells, not for people. */
  readonly hidden?: true;
  load(): Promise<Command | Group>;
}

export interface Group {
  readonly about: string;
  readonly commands: Readonly<Record<string, Entry>>;
}

/** The data folder of the service, for nearly every command. */
export const dataOption = {
  data: { value: 'DIR', about: 'the data folder of the service', variable: 'KMS_DATA', byDefault: '.kms' },
} as const satisfies Options;

/** What all commands mean by their exit codes. */
export const exitCodes: Readonly<Record<number, string>> = { 0: 'done', 1: 'failed', 2: 'called wrongly' };
