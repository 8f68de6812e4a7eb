/** x1: being converted. */
