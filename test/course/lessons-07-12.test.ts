import { testLessons } from './lessons.ts';

await testLessons('07', '12');
