package main

import (
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"frontdesk/internal/bench"
)

// newBench is for those who work on frontdesk: it is not in the list of commands.
func newBench() *cobra.Command {
	o := bench.Options{Size: 1000, Seed: 1}
	var empty bool
	cmd := &cobra.Command{
		Use:    "bench",
		Hidden: true,
		Short:  "Measure frontdesk beside peers that do the least of the same work",
		Long: `Measure frontdesk on a store of generated conversations, beside peers that do the least of the same work: a bare group
commit, a handler that only checks signatures, a loop over columns, an empty terminal program, and PostgreSQL 15 where
that is installed. Figures are ratios, the medians of several turns; docs/guide/performance.md says what they mean.

The store is made in a folder of its own and taken away again. A million conversations need some fifteen gigabytes and a
quarter of an hour; --folder with --keep leaves the store for the next time.`,
		Example: `frontdesk bench --size 100000`,
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if empty {
				return bench.Empty()
			}
			program, err := os.Executable()
			if err != nil {
				return fmt.Errorf("find this program, to start it on a terminal: %w", err)
			}
			o.Program, o.Out = program, cmd.OutOrStdout()
			ctx, stop := untilSignal(cmd.Context())
			defer stop()
			return bench.Run(ctx, o)
		},
	}
	f := cmd.Flags()
	f.IntVar(&o.Size, "size", o.Size, "conversations, with ten messages each on average")
	f.Uint64Var(&o.Seed, "seed", o.Seed, "of the generated store")
	f.IntVar(&o.Runs, "runs", 3, "turns of each measurement")
	f.StringVar(&o.Folder, "folder", "", "folder to make the store in")
	f.BoolVar(&o.Keep, "keep", false, "leave the store there for the next time")
	f.StringVar(&o.Only, "only", "", "one part: screen, lists or ingest")
	f.BoolVar(&empty, "empty", false, "run the empty terminal program")
	_ = f.MarkHidden("empty") // it is there
	cmd.AddCommand(newBenchVisitors())
	return cmd
}
