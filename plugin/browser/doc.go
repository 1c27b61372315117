// Package browser is what a visitor's browser gets: the loader under the addresses of the old SDK (ref. 7.2), the document
// of the chat's frame with its scripts and styles, a page to try it all out on, and a plain page for people who open the
// platform's address by itself.
//
// Everything is embedded in the program and made ready when New is called; nothing is fetched from anywhere, and nothing
// is kept. What it has to know of the pages and of who may embed them it asks a Site, so that it knows no other room.
// All of it may be used by any number of goroutines.
package browser
