package tui

import (
	"slices"

	"frontdesk/desk"
)

// drawWelcome is the screen of a desk to which nobody has written yet: what to do next.
func (m *Model) drawWelcome(w, h int) []string {
	t, r := m.theme, m.ruler
	onlyPlugin := !slices.ContainsFunc(m.state.Inboxes, func(in desk.Inbox) bool { return !in.Plugin })
	var out []string
	say := func(p pen, text string) {
		for _, line := range r.wrap(text, w-4) {
			out = append(out, "  "+p.on(line))
		}
	}
	command := func(text string) {
		for _, line := range r.wrap(text, w-6) {
			out = append(out, "    "+t.accent.on(line))
		}
		out = append(out, "")
	}
	out = append(out, "")
	say(t.bold, "Nobody has written yet.")
	out = append(out, "")
	if onlyPlugin {
		if url := m.tryOut(); url != "" {
			say(t.muted, "Be the first visitor, in the browser ("+keyOf("try-out")+" opens it):")
			command(url)
		} else {
			say(t.muted, "Be the first visitor, in another terminal:")
			command(`frontdesk plugin visitor --say "Hello"`)
		}
		say(t.muted, "Or look around with simulated contacts:")
		command("frontdesk demo")
		say(t.muted, "To connect a Page, set")
		command("FRONTDESK_PAGE_ID FRONTDESK_PAGE_TOKEN FRONTDESK_APP_SECRET FRONTDESK_VERIFY_TOKEN")
	} else {
		say(t.muted, "Messages to your Page appear here as they come.")
		out = append(out, "")
	}
	if m.state.Listening != "" {
		say(t.muted, "The webhook's address:")
		command(CleanLine(m.state.Listening) + "/webhook")
	}
	if m.state.ListenError != "" {
		say(t.bad, "Nothing is listening: "+CleanLine(m.state.ListenError))
	}
	return out[:min(len(out), max(h, 0))]
}
