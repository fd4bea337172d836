import conditionParser, { type Context, type Parsed } from 'dynalite/db/conditionParser.js';
import QuickLRU from 'quick-lru';

/** The place of a value in an expression. */
class Slot {
  readonly name: string;
  constructor(name: string) {
    this.name = name;
  }
}

/** What was parsed, for any values of the same types. */
interface Form {
  /** With slots where the values go. */
  readonly parsed: Parsed;
  readonly usedNames: readonly string[];
  readonly usedValues: readonly string[];
  /** Values that BETWEEN wants in this order. */
  readonly ranges: readonly (readonly [from: Slot, to: Slot])[];
}

/** Stores ask with a few dozen. */
const forms = new QuickLRU<string, Form>({ maxSize: 500 });

const { parse } = conditionParser;

/**
 * Has dynalite parse each condition once: its parser takes longer over one than the rest of a query, and stores ask with
 * the same ones, of which only the values differ.
 */
export const keepExpressions = (): void => {
  conditionParser.parse = parseOnce;
};

const parseOnce: typeof parse = (text, options) => {
  const { context } = options;
  const { attrNames, attrVals = {} } = context;
  const types = Object.entries(attrVals).map(([name, value]) => [name, Object.keys(value)]);
  const id = JSON.stringify([text, attrNames, types]);
  const form = forms.get(id) ?? formOf(text, context);
  const isOutOfOrder = form?.ranges.some(([from, to]) => context.compare('GT', attrVals[from.name], attrVals[to.name]));
  // Mistakes, and what depends on more of the values than their types, are dynalite's to judge.
  if (form === undefined || isOutOfOrder || text.includes('attribute_type')) return parse(text, options);
  forms.set(id, form);
  for (const name of form.usedNames) delete context.unusedAttrNames[name];
  for (const name of form.usedValues) delete context.unusedAttrVals[name];
  const inSlot = (node: unknown) => (node instanceof Slot ? attrVals[node.name] : node);
  return { ...form.parsed, expression: replaced(form.parsed.expression, inSlot) };
};

/** @returns undefined for an expression with a mistake */
const formOf = (text: string, context: Context): Form | undefined => {
  const { attrNames = {}, attrVals = {} } = context;
  const [names, values] = [{ ...attrNames }, { ...attrVals }];
  const parsed = parse(text, { context: { ...context, unusedAttrNames: names, unusedAttrVals: values } });
  if (typeof parsed === 'string') return undefined;
  const slots = new Map<unknown, Slot>(Object.entries(attrVals).map(([name, value]) => [value, new Slot(name)]));
  const ranges: [Slot, Slot][] = [];
  const expression = replaced(parsed.expression, (node) => {
    const [from, to] = boundsOf(node).map((bound) => slots.get(bound));
    if (from && to) ranges.push([from, to]);
    return slots.get(node) ?? node;
  });
  return {
    parsed: { ...parsed, expression },
    usedNames: Object.keys(attrNames).filter((name) => !(name in names)),
    usedValues: Object.keys(attrVals).filter((name) => !(name in values)),
    ranges,
  };
};

const boundsOf = (node: unknown): readonly unknown[] => {
  const { type, args } = Object(node) as { type?: unknown; args?: readonly unknown[] }; // any part of what was parsed
  return type === 'between' && args ? args.slice(1) : [];
};

/** A copy in which parts are others, since dynalite changes what it gets. */
const replaced = (node: unknown, replace: (node: unknown) => unknown): unknown => {
  const other = replace(node);
  if (other !== node || typeof node !== 'object' || node === null) return other;
  if (Array.isArray(node)) return node.map((part) => replaced(part, replace));
  return Object.fromEntries(Object.entries(node).map(([name, part]) => [name, replaced(part, replace)]));
};
