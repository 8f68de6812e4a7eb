/** Real store servers, for tests, the lab and chaos runs. */
export {}
