"""Background work: thin senders of commands, one module a job, run by `callboard worker` (spec 13)."""
