package main

// The keys of what this room logs. No text, name, token or secret is ever a value.
const (
	logWhat    = "what"
	logStack   = "stack"
	logError   = "error"
	logAddress = "address"
	logWhy     = "why"
	logPID     = "pid"
	logRecords = "records"
	logApplied = "applied"
	logTook    = "took"
)
