/** `key` and `endpoint` policies name principals; the others belong to one. */
export type PolicyKind = 'key' | 'identity' | 'boundary' | 'session' | 'endpoint';

/** Told what is wrong, and where. @param harmless the statement still means what it says */
export type Report = (where: string, what: string, code?: ProblemCode, harmless?: 'harmless') => void;
export type ProblemCode = 'syntax' | 'principal' | 'principal ARN' | 'set operator';

export const isNaming = (kind: PolicyKind): boolean => kind === 'key' || kind === 'endpoint';

/** Of a statement, as parsed. */
export type Members = Readonly<Record<string, unknown>>;

/**
 * One of a pair like Action and NotAction, as a list. `none`: left out, as a key policy may. `undefined`: malformed.
 */
export const eitherOf = (members: Members, name: string, kind: PolicyKind, report: Report) => {
  const not = `Not${name}`;
  if (Object.hasOwn(members, name) === Object.hasOwn(members, not)) {
    if (Object.hasOwn(members, name)) report(`.${not}`, `cannot stand beside ${name}`);
    else if (kind === 'key') return 'none';
    else report('', `needs ${name} or ${not}`);
    return undefined;
  }
  const negated = Object.hasOwn(members, not);
  const element = negated ? members[not] : members[name];
  const texts = textsIn(element);
  const where = `.${negated ? not : name}`;
  if (texts.length < (Array.isArray(element) ? element.length : 1)) {
    report(where, 'must be a text or a list of texts');
    return undefined;
  }
  return { negated, texts, where };
};

/** The texts of an element that is a text or a list; anything else in it is left out. */
export const textsIn = (element: unknown): readonly string[] => {
  const list: readonly unknown[] = Array.isArray(element) ? element : [element];
  return list.filter((each) => typeof each === 'string');
};
