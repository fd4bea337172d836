import { afterAll, beforeAll, describe } from 'vitest';
import { auditSuite } from './audit-suite.ts';
import { damageSuite } from './damage-suite.ts';
import { frontDoorSuite } from './front-door-suite.ts';
import { operationsSuite } from './operations-suite.ts';
import { restoreSuite } from './restore-suite.ts';
import { rightsSuite } from './rights-suite.ts';
import { rootSuite } from './root-suite.ts';
import { timeSuite } from './time-suite.ts';
import { newWorld, type World } from './world.ts';

let made: World;
beforeAll(async () => {
  made = await newWorld();
}, 600_000); // a busy machine needs minutes to make and start it all
afterAll(() => made?.stop());
const world = () => made;

describe('what cdk synth wrote, running here behind its own IAM,', { timeout: 120_000 }, () => {
  operationsSuite(world);
  frontDoorSuite(world);
  auditSuite(world);
  timeSuite(world);
  rightsSuite(world);
  damageSuite(world);
  restoreSuite(world);
  rootSuite(world);
});
