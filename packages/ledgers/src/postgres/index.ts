/** Filled in next. */
export {}
