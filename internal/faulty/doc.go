// Package faulty is a proxy for tests between a program and an HTTP platform. It breaks the requests it carries as a plan
// says: before, while and after they are read, with and without having passed them on, and answers some of them itself, as
// gateways do that are overloaded or broken. At each moment of a request it tells a test, and waits until that has done
// what it wants to do just then, for example kill the program.
//
// A Proxy carries one request on each connection, so that a program has to connect anew for the next. Its methods may be
// called from several goroutines.
package faulty
