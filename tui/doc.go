// Package tui is what an agent sees: one Bubble Tea model over the desk's contract.
//
// The list of conversations and the thread are windows over the store, read by cursor and never whole. Every read and
// every write is a command; Update and View never call the desk. Answers carry the number of the question they belong
// to, so that one which comes too late is dropped. View is pure: what it shows was computed when the news came.
//
// All text from outside passes Clean where it enters the screen. The keys are one table (see Keys), from which the
// help, the hints and the cheatsheet of the guide are made.
package tui
