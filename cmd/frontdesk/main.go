// Command frontdesk is a customer inbox for the terminal, with the listener, the chat plugin and the courier that carry
// its messages. The commands are thin: each finds a desk (in this process, or in the one that holds the data) and asks it.
package main

import (
	"context"
	"fmt"
	"io"
	"os"

	"charm.land/fang/v2"
)

func main() {
	os.Exit(run(context.Background(), os.Args[1:]))
}

// run carries one command out and returns the process's exit code.
func run(ctx context.Context, args []string) int {
	root := newRoot()
	root.SetArgs(args)
	err := fang.Execute(ctx, root, fang.WithVersion(version()), fang.WithErrorHandler(printError))
	return exitCode(err)
}

// printError writes an error for whoever typed the command. What came from outside is cleaned: it may name a
// conversation or quote an answer of the platform.
func printError(w io.Writer, _ fang.Styles, err error) {
	if text := clean(err.Error()); text != "" {
		fmt.Fprintf(w, "frontdesk: %s\n", text)
	}
}
