// Package embedding knows how the chat of our own plugin stands on somebody's website: what can be set of it, the snippet
// that embeds it, and, in package check, what is wrong with a page that does.
//
// # What it keeps
//
// Nothing. The settings are the platform's; Keeper reads and changes them over HTTP with the page's token, as any program
// could (ref. 6.3, 7.4). The rules of the settings stand here once more, so that a fault is told at its field before
// anything is sent; the platform's word is the last.
//
// # What it never does
//
// It shows the page's token to nobody: neither a Site nor an error holds it. Nothing waits for a network other than the
// platform's own address.
package embedding
