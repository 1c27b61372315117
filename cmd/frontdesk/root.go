package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"frontdesk/internal/config"
)

// newRoot puts the commands together.
func newRoot() *cobra.Command {
	var flags settingFlags
	root := &cobra.Command{
		Use:   "frontdesk",
		Short: "A customer inbox for the terminal",
		Long: `A customer inbox for the terminal. Customers write from the chat plugin on your website or from Messenger; you see
every conversation by where it came from, and answer with the keyboard.

Without a command it opens the inbox, with all it needs inside: the webhook listener, the chat plugin, and the courier
that sends replies. If another process runs those already (frontdesk serve), it opens the inbox on that one. No settings
are needed: the chat plugin's own platform is there from the start.

Settings come from flags, then FRONTDESK_ variables, then config.toml in your configuration folder. To connect a Page, set
FRONTDESK_PAGE_ID, FRONTDESK_PAGE_TOKEN, FRONTDESK_APP_SECRET and FRONTDESK_VERIFY_TOKEN; docs/guide/settings.md has all.`,
		Example: `# look around with simulated customers
frontdesk demo

# the inbox
frontdesk

# listener without a screen, then the inbox on it from any terminal
frontdesk serve
frontdesk

# who waits for an answer, from the shell
frontdesk list 'is:unreplied origin:plugin'
frontdesk reply CONVERSATION --text 'Yes, to all of Norway.' --wait`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return runInbox(cmd, flags.given()) },
	}
	flags.add(root)
	root.AddCommand(
		newDemo(&flags), newServe(&flags), newList(&flags), newShow(&flags), newReply(&flags), newQueue(&flags),
		newEvidence(&flags), newReplay(&flags),
		newPlugin(&flags), newVersion(), newBench(),
	)
	nameHelpers(root)
	flow(root)
	return root
}

// unknownCommand says that there is no such command, and which it may be: also where only its explanation is wanted,
// for which the parser would give that of all.
func unknownCommand(root *cobra.Command, args []string) error {
	if len(args) > 1 && args[0] == "help" {
		args = args[1:]
	}
	if len(args) == 0 || args[0] == "" || args[0] == "man" || strings.HasPrefix(args[0], "-") || strings.HasPrefix(args[0], "__") {
		return nil
	}
	if found, _, err := root.Find(args); err == nil && found != root {
		return nil
	}
	root.SuggestionsMinimumDistance = 2
	advice := "frontdesk help lists them all"
	if like := root.SuggestionsFor(args[0]); len(like) > 0 {
		advice = "did you mean " + strings.Join(like, " or ") + "?"
	}
	return withCode(exitUse, fmt.Errorf("there is no command %q; %s", args[0], advice))
}

// shells are how each shell takes the completions for the terminal it is typed in.
var shells = map[string]string{
	"bash":       "source <(frontdesk completion bash)",
	"fish":       "frontdesk completion fish | source",
	"powershell": "frontdesk completion powershell | Out-String | Invoke-Expression",
	"zsh":        "source <(frontdesk completion zsh)",
}

// nameHelpers gives the commands that every such program has words of ours.
func nameHelpers(root *cobra.Command) {
	root.InitDefaultHelpCmd()
	root.InitDefaultCompletionCmd()
	for _, cmd := range root.Commands() {
		switch cmd.Name() {
		case "help":
			cmd.Short = "Explain a command, with examples"
			cmd.Long = cmd.Short + ". Without a command it lists them all."
			cmd.Example = "frontdesk help reply\nfrontdesk help plugin visitor"
			cmd.Args = cobra.ArbitraryArgs // the names of a command: one or more
		case "completion":
			cmd.Short = "Print a script that lets your shell complete commands"
			cmd.Long = "Print a script that lets your shell complete frontdesk's commands and flags on tab."
			for _, shell := range cmd.Commands() {
				shell.Short = "Print the script for " + shell.Name()
				shell.Example = shells[shell.Name()]
			}
		}
	}
}

// oneConversation is the Args of commands that are told which conversation.
func oneConversation(_ *cobra.Command, args []string) error {
	switch len(args) {
	case 0:
		return withCode(exitUse, errors.New("say which conversation; frontdesk list shows their ids"))
	case 1:
		return nil
	default:
		return withCode(exitUse, fmt.Errorf("one conversation at a time, not %d; a text with blanks needs quotes", len(args)))
	}
}

// flow lets the explanations break where the terminal ends: in the source each paragraph has lines of its own.
func flow(cmd *cobra.Command) {
	paragraphs := strings.Split(cmd.Long, "\n\n")
	for i, p := range paragraphs {
		paragraphs[i] = strings.ReplaceAll(p, "\n", " ")
	}
	cmd.Long = strings.Join(paragraphs, "\n\n")
	for _, sub := range cmd.Commands() {
		flow(sub)
	}
}

// settingFlags are the settings that may be given as flags. Secrets may not: other users of the machine see flags.
type settingFlags struct {
	data, listen, agent, log, graphURL, graphVersion string
}

func (f *settingFlags) add(cmd *cobra.Command) {
	p := cmd.PersistentFlags()
	p.StringVar(&f.data, "data", "", "data folder (FRONTDESK_DATA)")
	p.StringVar(&f.listen, "listen", "", "where to listen, as in "+config.DefaultListen+" (FRONTDESK_LISTEN)")
	p.StringVar(&f.agent, "agent", "", "your name as an agent (FRONTDESK_AGENT)")
	p.StringVar(&f.log, "log", "", "log file (FRONTDESK_LOG)")
	p.StringVar(&f.graphURL, "graph-url", "", "where Pages' replies go (FRONTDESK_GRAPH_URL)")
	p.StringVar(&f.graphVersion, "graph-version", "", "version of the Graph API (FRONTDESK_GRAPH_VERSION)")
}

// given are the flags by the names of their settings.
func (f *settingFlags) given() map[string]string {
	return map[string]string{
		config.KeyData: f.data, config.KeyListen: f.listen, config.KeyAgent: f.agent, config.KeyLog: f.log,
		config.KeyGraphURL: f.graphURL, config.KeyGraphVersion: f.graphVersion,
	}
}

// loadSettings reads the settings and says on stderr what was not used of them.
func loadSettings(cmd *cobra.Command, flags map[string]string) (config.Settings, error) {
	s, err := config.Load(cmd.Context(), config.Here(flags))
	if err != nil {
		return config.Settings{}, withCode(exitUse, err)
	}
	for _, w := range s.Warnings {
		cmd.PrintErrln("frontdesk: " + clean(w))
	}
	return s, nil
}
