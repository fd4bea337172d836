import { testLessons } from './lessons.ts';

await testLessons('01', '06');
