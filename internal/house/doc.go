// Package house holds the test that keeps the rooms of the module apart: which package may import which.
package house
