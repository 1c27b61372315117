// Package boltfile opens the bbolt files of a data folder.
//
// A file that Open makes appears under its name whole: a crash or a loss of power while it is made leaves no half of a
// file that the next start would have to refuse. A file that is damaged (cut off, overwritten, another program's) is an
// error with a sentence, never the end of the process: neither when it is opened nor when a damaged page is read later.
// What is damaged is left as it is.
package boltfile
