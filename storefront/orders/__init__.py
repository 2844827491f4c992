"""Orders: placing, the state machine, the event log, mails."""
