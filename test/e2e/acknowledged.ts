/**
 * What clients know of something that they write and that a crash may interrupt: the last value acknowledged, and the one
 * whose answer never came. Writes of one such value come one after the other.
 */
export interface Known<Value> {
  value: Value;
  inFlight?: { value: Value };
}

export const known = <Value>(value: Value): Known<Value> => ({ value });

/** Writes, and remembers what came of it: after a silence either value may be there. */
export const write = async <Value>(
  what: Known<Value>,
  value: Value,
  send: () => Promise<'done' | 'refused' | 'silence'>,
): Promise<void> => {
  what.inFlight = { value };
  const outcome = await send();
  if (outcome === 'done') what.value = value;
  if (outcome !== 'silence') delete what.inFlight;
};

/** Settles what was found after a crash. @returns a complaint, unless it is one of the two that it may be */
export const settle = <Value>(what: Known<Value>, found: Value): string | undefined => {
  const { value, inFlight } = what;
  delete what.inFlight;
  what.value = found;
  if (found === value || (inFlight && found === inFlight.value)) return undefined;
  return `found ${found}, acknowledged was ${value}, in flight ${inFlight ? inFlight.value : 'nothing'}`;
};
