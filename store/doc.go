// Package store is what frontdesk remembers: the domain's types, the records of the log, the facts a webhook record is
// translated into, the contract that an engine keeps (Log, Views, Drafts, Keys), the Feed, and the Projector, which
// holds every rule that needs state.
//
// The log is the truth: everything that happened is a record in it. The views are a pure function of the log; the
// Projector brings them up to a place in the log, whole records at a time. What is neither (drafts, own secrets) is
// never touched by replay.
//
// An engine (store/bolt) only keeps rows. It hands out copies: nothing returned by this package's interfaces changes
// under its receiver or dies with a transaction. All interfaces may be used by many goroutines at once.
package store
