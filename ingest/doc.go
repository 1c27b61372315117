// Package ingest is what the platform tells us: it takes signed webhooks into the log, and turns what the log holds
// into facts.
//
// A Handler answers 200 only after the raw body is on the disk, and it looks at no event before that beyond the pages
// it names. Translate comes later, from the log: a fault in it is mended by replay, never by asking customers again.
package ingest
