/** x8: being converted. */
