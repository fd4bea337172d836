import { addDuration } from '../../core/model/duration.ts';
import { isObject } from '../../core/model/read-shape.ts';
import { type Clock, canBe, first, last } from '../clock.ts';
import type { LocalSchedules } from '../schedules.ts';
import { type ControlEndpoint, ControlError } from './endpoint.ts';

/**
 * Moves the service's clock: `{"advance":"P8D"}`, `{"set":"2027-01-01T00:00:00Z"}` or `{"reset":true}`; `{}` only reads it.
 * What the move makes due is done when it answers: `{"now":"…"}`.
 */
export const newClockControl = (clock: Clock, schedules: Pick<LocalSchedules, 'runNow'>): ControlEndpoint => {
  let moving: Promise<unknown> = Promise.resolve();

  const move = async (input: unknown) => {
    const to = targetOf(input, clock.now());
    if (to === undefined) return { now: clock.now().toISOString() };
    // What was due before a move back has happened: it is done first, and stays so.
    if (to === 'real time' || to < clock.now()) await schedules.runNow();
    await (to === 'real time' ? clock.reset() : clock.moveTo(to));
    await schedules.runNow();
    return { now: clock.now().toISOString() };
  };

  return (input) => {
    const moved = moving.then(() => move(input));
    moving = moved.catch(() => {});
    return moved;
  };
};

const targetOf = (input: unknown, now: Date): Date | 'real time' | undefined => {
  const { advance, set, reset, ...others } = isObject(input) ? input : { others: input };
  const given = [advance, set, reset].filter((value) => value !== undefined);
  if (given.length > 1 || Object.keys(others).length > 0) {
    throw new ControlError('Say one of {"advance":"P8D"}, {"set":"2027-01-01T00:00:00Z"} and {"reset":true}');
  }
  if (given.length === 0) return undefined;
  if (reset !== undefined) {
    if (reset !== true) throw new ControlError('"reset" can only be true');
    return 'real time';
  }
  const to =
    advance === undefined ? instantOf(set) : typeof advance === 'string' ? addDuration(now, advance) : undefined;
  if (to === undefined) {
    const wanted =
      advance === undefined ? 'an instant such as 2027-01-01T00:00:00Z' : 'a duration such as P8D or PT36H';
    throw new ControlError(`"${advance === undefined ? 'set' : 'advance'}" must be ${wanted}`);
  }
  if (canBe(to)) return to;
  throw new ControlError(`The clock can be moved between ${first.getUTCFullYear()} and ${last.getUTCFullYear() - 1}`);
};

/** RFC 3339, with its time zone: an instant, not what some clock on a wall shows. */
const instantOf = (text: unknown): Date | undefined => {
  if (typeof text !== 'string' || !/^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/.test(text))
    return undefined;
  const instant = new Date(text);
  return Number.isNaN(instant.getTime()) ? undefined : instant;
};
