import { wrong } from '../../lesson.ts';
import { writeChanged } from '../solution/solution.ts';

/** Gives each call a budget of its own: a thousand calls may then make a thousand times as many retries. */
export default wrong('budget', (lab) =>
  writeChanged(
    lab,
    '  let tokens = budget;\n  return async (call) => {\n',
    '  return async (call) => {\n    let tokens = budget;\n',
  ),
);
