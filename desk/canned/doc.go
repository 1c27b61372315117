// Package canned keeps what an agent need not type again: canned responses and macros, each a plain text file in a
// folder, which a person writes by hand, reviews and shares like any other text.
//
// A Shelf reads the two folders into a Library, and reads again what has changed whenever it is asked. A file that is
// wrong never hides the others: it stands in the Library's faults, with its lines. What is read is checked against the
// platform's limits, so that nothing comes from a folder that could not be sent.
//
// Everything but the Shelf is plain data and pure functions; a Shelf may be used by many goroutines at once. The package
// sends nothing and changes no conversation: that is the desk's, which it knows nothing of.
package canned
