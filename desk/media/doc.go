// Package media keeps the bytes of files: those that agents send, and those that customers sent.
//
// # What it keeps
//
// Folder is a folder of files named by the SHA-256 of their bytes, each with a note beside it that says what it is and
// which messages it came with. A file is whole or not there, also after a crash or a loss of power. All of them together
// are bounded: the least recently needed of those that came go first, then those of ours that nothing waits for. What a
// reply carries that is not settled is never among them.
//
// Gatherer fetches what customers sent once the views show the message, newest first, a few at a time and never in the way
// of a webhook. What became of it is a record in the log: so nothing is fetched twice, and a full disk costs a picture,
// never a message. When a message is taken back its bytes go, unless another message came with the same.
//
// # What it never does
//
// It never asks an address of a private network, follows one there, or hands a token along. What a file is its content
// says, not its name, nor whoever sent it. Names and addresses are in no error and no log line.
//
// All methods may be called from many goroutines. One process has the folder.
package media
