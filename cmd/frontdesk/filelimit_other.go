//go:build !unix

package main

// heedFileLimit does nothing: there is no such limit here.
func heedFileLimit() {}
