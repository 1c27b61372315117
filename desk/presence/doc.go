// Package presence knows which visitors of our own plugin are on their website at this moment, where on it, and whether
// they type.
//
// # What it keeps
//
// Watcher reads the platform's feed over HTTP (GET /plugin/watch), as any program with the page's token could. What it
// heard is held in memory for as long as the line that told it is alive, and no longer: when the line breaks, or says
// nothing for longer than its heartbeats allow, all of it is forgotten until a new line tells it again. A visitor of whom
// nothing was heard is unknown, which is not the same as gone.
//
// # What it never does
//
// Nothing of it is stored, counted or logged: neither names nor pages nor addresses. No call but Walk waits for the network.
//
// All methods may be called from many goroutines.
package presence
