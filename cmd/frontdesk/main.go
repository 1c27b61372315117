// Command frontdesk is a customer inbox for the terminal, with the listener, the chat plugin and the courier that carry
// its messages. The commands are thin: each finds a desk (in this process, or in the one that holds the data) and asks it.
package main

import (
	"context"
	"fmt"
	"io"
	"os"

	"charm.land/fang/v2"
	"github.com/spf13/cobra"
)

func main() {
	os.Exit(run(context.Background(), os.Args[1:]))
}

// run carries one command out and returns the process's exit code.
func run(ctx context.Context, args []string) int {
	heedFileLimit()
	root := newRoot()
	root.SetArgs(args)
	if err := unknownCommand(root, args); err != nil {
		printError(root.ErrOrStderr(), err)
		return exitCode(err)
	}
	var failed error
	keepErrors(root, &failed)
	// What is left for fang to print are the errors of the command line's parser.
	err := fang.Execute(ctx, root, fang.WithVersion(version()), fang.WithErrorHandler(
		func(w io.Writer, _ fang.Styles, err error) { printError(w, err) }))
	if failed != nil {
		printError(root.ErrOrStderr(), failed)
		err = failed
	}
	return exitCode(err)
}

// keepErrors keeps the error of the command that runs out of fang's hands: before it prints one, it asks the terminal
// for its colours and waits two seconds for those that do not answer.
func keepErrors(cmd *cobra.Command, failed *error) {
	if do := cmd.RunE; do != nil {
		cmd.RunE = func(cmd *cobra.Command, args []string) error {
			*failed = do(cmd, args)
			return nil
		}
	}
	for _, sub := range cmd.Commands() {
		keepErrors(sub, failed)
	}
}

// printError writes an error for whoever typed the command. What came from outside is cleaned: it may name a
// conversation or quote an answer of the platform.
func printError(w io.Writer, err error) {
	if text := clean(err.Error()); text != "" {
		fmt.Fprintf(w, "frontdesk: %s\n", text)
	}
}
