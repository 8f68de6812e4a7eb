/** x7: being converted. */
