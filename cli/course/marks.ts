/** What stands in the user agent of calls that are not the student's, so that audit records tell them apart. */
export const startMark = 'kms-course-start';
export const checkMark = 'kms-course-check';
