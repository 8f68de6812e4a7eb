/** x12: being converted. */
