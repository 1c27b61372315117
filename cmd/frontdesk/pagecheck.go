package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"slices"
	"strings"

	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/colorprofile"
	"github.com/spf13/cobra"

	"frontdesk/desk/embedding"
	"frontdesk/desk/embedding/check"
	"frontdesk/internal/config"
	"frontdesk/internal/control"
)

func newPageCheck(flags *settingFlags) *cobra.Command {
	var asJSON bool
	var at string
	cmd := &cobra.Command{
		Use:   "check URL",
		Short: "Say what is wrong with a page that embeds the chat",
		Long: `Look at a page of a website and say what is wrong with how it embeds the chat: the script, the markup and its attributes, who
may embed it, and what the website's own policies keep out; with the line, and what to do. No script of the page is run. It
holds the page to the running frontdesk, if there is one: its address, its page and its list of websites.

Exit code 0: nothing is wrong; 1: something is, or the page can't be looked at; 2: wrong use.`,
		Example: `frontdesk plugin check https://www.lumen.example/pricing
frontdesk plugin check https://www.lumen.example --json`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return withCode(exitUse, errors.New("give the address of one page, as in https://www.lumen.example/pricing"))
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			return runPageCheck(cmd, flags.given(), args[0], at, asJSON)
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print a JSON object")
	cmd.Flags().StringVar(&at, "url", "", "where websites reach frontdesk (FRONTDESK_URL)")
	return cmd
}

func runPageCheck(cmd *cobra.Command, flags map[string]string, address, at string, asJSON bool) error {
	s, err := loadSettings(cmd, flags)
	if err != nil {
		return err
	}
	ctx, stop := untilSignal(cmd.Context())
	defer stop()
	platform, err := platformOf(ctx, cmd, s, at)
	if err != nil {
		return err
	}
	report, err := check.Page(ctx, address, platform)
	switch {
	case errors.Is(err, check.ErrAddress), errors.Is(err, check.ErrLoopback):
		return withCode(exitUse, err)
	case err != nil && cause(ctx) != nil:
		return cause(ctx)
	case err != nil:
		return err
	}
	if asJSON {
		err = newJSONLines(cmd.OutOrStdout()).Encode(report)
	} else {
		err = writeReport(cmd.OutOrStdout(), report)
	}
	if err == nil && !report.Fine {
		return withCode(exitOther, nil)
	}
	return err
}

// platformOf is what pages are held to: the running frontdesk, else what the settings say of it.
func platformOf(ctx context.Context, cmd *cobra.Command, s config.Settings, at string) (p check.Platform, err error) {
	client, err := control.Dial(ctx, socketPath(s))
	if errors.Is(err, control.ErrNobody) {
		cmd.PrintErrln("frontdesk: none is running here, so page ids, websites and maybe its address are not checked; start frontdesk serve for that")
		host, _, err := net.SplitHostPort(s.Listen)
		p.Loopback = err == nil && embedding.IsLoopbackHost(host)
		p.Addresses = someOf(at, s.URL)
		p.Pages = someOf(s.PluginPageID)
		return p, nil
	}
	if err != nil {
		return p, err
	}
	defer func() { err = errors.Join(err, client.Close()) }()
	site, err := client.Site(ctx, "")
	if err != nil {
		return p, err
	}
	state, err := client.State(ctx)
	if err != nil {
		return p, err
	}
	p.Addresses = someOf(at, s.URL, site.Address, state.Listening)
	p.Pages, p.Allowed, p.Known = []string{site.Page}, site.Allowed(), true
	p.Loopback = embedding.IsLoopback(state.Listening)
	return p, nil
}

// someOf are the texts that are not empty, each once.
func someOf(texts ...string) []string {
	var out []string
	for _, text := range texts {
		if text = strings.TrimRight(text, "/"); text != "" && !slices.Contains(out, text) {
			out = append(out, text)
		}
	}
	return out
}

// writeReport says what was found, for people.
func writeReport(w io.Writer, r check.Report) error {
	wrong, strong, faint := lipgloss.NewStyle(), lipgloss.NewStyle(), lipgloss.NewStyle()
	if onTerminal(w) {
		w = colorprofile.NewWriter(w, os.Environ())
		wrong, strong, faint = wrong.Foreground(lipgloss.Red), strong.Bold(true), faint.Faint(true)
	}
	var b strings.Builder
	at := r.URL
	if r.Final != "" {
		at = r.Final
	}
	b.WriteString(strong.Render(clean(at)) + "\n")
	bad := 0
	for _, f := range r.Findings {
		mark := faint.Render("·")
		if f.Level == check.Bad {
			bad++
			mark = wrong.Render("✗")
		}
		where := f.Where
		if f.Line > 0 {
			where = fmt.Sprintf("line %d", f.Line)
		}
		if where != "" {
			where = faint.Render(where+":") + " "
		}
		fmt.Fprintf(&b, "\n%s %s%s\n", mark, where, oneLine(f.What))
		if f.Do != "" {
			fmt.Fprintf(&b, "  %s\n", oneLine(f.Do))
		}
	}
	switch bad {
	case 0:
		b.WriteString("\nNothing is wrong with how it embeds the chat.\n")
	case 1:
		b.WriteString("\nOne thing is wrong.\n")
	default:
		fmt.Fprintf(&b, "\n%d things are wrong.\n", bad)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// oneLine is text of outside in one line.
func oneLine(s string) string { return strings.ReplaceAll(clean(s), "\n", " ") }
