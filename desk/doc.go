// Package desk is what an agent can do: ask for conversations, read threads, reply, resolve, snooze, assign, undo. It
// holds the courier, which carries replies to the platform and never sends one twice, and fetches names beside.
//
// Contract is the whole of it as a screen or a command sees it. Desk keeps it in this process; another process serves
// the same contract over a socket (internal/control). Every method may be called by many goroutines at once.
package desk
