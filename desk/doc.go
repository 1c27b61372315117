// Package desk is what an agent can do: ask for conversations, read threads, reply, note, label, react, resolve,
// snooze, assign, undo. It holds the courier, which carries replies to the platform and never sends one twice, and
// fetches names beside.
//
// Three things it tells about sending: the outlook (what can be sent to a contact now, before a word of it is written),
// the queue (what waits, why and until when), and the trail (what is known of a message, and from which record).
//
// Contract is the whole of it as a screen or a command sees it. Desk keeps it in this process; another process serves
// the same contract over a socket (internal/control). Every method may be called by many goroutines at once.
package desk
