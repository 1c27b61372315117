// Package faults holds frontdesk to its word when the process is killed, the power is cut and the disk fails. It is all
// tests; docs/guide/reliability.md says what they show and how to run more rounds of them than every build does.
//
// What a program asks of the disk is seen, and made to fail, as a debugger would: the tests stop it at each of its calls
// to the system. So it is the program as users have it that is tried, with nothing put into it for the purpose. They run
// on Linux.
package faults
