/** The lab: every attack, with and without each defence. */
export {}
