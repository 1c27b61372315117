// Package metrics counts what frontdesk does and shows it to Prometheus. It knows no other room: whoever wires the
// house tells it what happened (the methods of Metrics) and where to look when somebody asks (Sources).
//
// # Promises
//
// Metrics may be told from any number of goroutines, and telling never waits for whoever scrapes. Names of families
// and of labels only grow. No label ever holds an id, a token, a name or a text of a customer; what comes from outside
// (the names of events nobody knows, as whoever signed them wrote them) is bounded in number and length.
package metrics
