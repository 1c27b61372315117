// Package bolt keeps what frontdesk remembers in bbolt files: the log, the views and the desk's own small things.
//
// One process owns a data folder. Everything exported may be used from any goroutine unless its comment says
// otherwise. What is handed out is a copy: no bytes of a file and no transaction leave this package.
package bolt
