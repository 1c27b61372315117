package main

import (
	"net/http"

	"frontdesk/desk"
)

// hurry is what a test of the whole program makes shorter than users have it, so that it need not wait for minutes. Its
// zero value changes nothing, and nothing but tests sets it.
var hurry struct {
	graph  *http.Client // makes the requests to the Graph API; nil: the client's own, with its patient time-outs
	pauses desk.Pauses
}
