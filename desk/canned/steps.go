package canned

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"frontdesk/store"
)

// Step is one of the things a macro does.
type Step struct {
	Will string    // what will happen, a sentence
	Did  string    // what has happened then, a sentence
	Act  store.Act // what the desk is asked to do; without a Verb it is the reply
	Idle bool      // it is so already, so that nothing happens
}

// Content is what the macro sends: its response's, or its own text; empty when it sends nothing.
func (l Library) Content(m Macro) Content {
	if m.Reply == "" {
		return Content{Text: m.Text}
	}
	r, _ := l.Response(m.Reply)
	return r.Content
}

// Steps are what a macro will do to a conversation, in order, as it stands now and for the agent who runs it.
func (l Library) Steps(m Macro, c store.Conversation, agent string, now time.Time) []Step {
	var steps []Step
	if content := l.Content(m); !content.Empty() {
		steps = append(steps, replyStep(m, content, c))
	}
	for _, change := range m.Labels {
		steps = append(steps, labelStep(change, c))
	}
	if m.Assignee != "" {
		steps = append(steps, assignStep(m.Assignee, c, agent))
	}
	switch {
	case m.Snooze != "":
		if until, err := SnoozeUntil(m.Snooze, now); err == nil {
			when := until.Format("Monday 2 January 15:04")
			steps = append(steps, Step{
				Will: "Snooze until " + when + ".", Did: "Snoozed until " + when + ".",
				Act: store.Act{Verb: store.VerbSnooze, Until: store.MillisOf(until)},
			})
		}
	case m.Status == store.StatusResolved:
		steps = append(steps, Step{
			Will: "Resolve the conversation.", Did: "Resolved.",
			Act: store.Act{Verb: store.VerbResolve}, Idle: c.Status == store.StatusResolved,
		})
	case m.Status == store.StatusOpen:
		steps = append(steps, Step{
			Will: "Open the conversation again.", Did: "Opened again.",
			Act: store.Act{Verb: store.VerbReopen}, Idle: c.Status == store.StatusOpen || c.Status == store.StatusPending,
		})
	}
	for i := range steps {
		if steps[i].Idle {
			steps[i].Will = strings.TrimSuffix(steps[i].Will, ".") + ": it is so already."
		}
	}
	return steps
}

// Preview says in sentences what a macro will do to a conversation.
func (l Library) Preview(m Macro, c store.Conversation, agent string, now time.Time) []string {
	var sentences []string
	for _, s := range l.Steps(m, c, agent, now) {
		sentences = append(sentences, s.Will)
	}
	return sentences
}

func replyStep(m Macro, content Content, c store.Conversation) Step {
	what := "a message"
	if m.Reply != "" {
		what = "the canned response " + m.Reply
	}
	if extra := content.extra(); extra != "" {
		what += ", with " + extra
	}
	to := c.Contact.Title()
	return Step{Will: fmt.Sprintf("Send %s %s.", to, what), Did: fmt.Sprintf("Sent %s %s.", to, what)}
}

// extra says what a content has beside its text.
func (c Content) extra() string {
	var parts []string
	for _, n := range []struct {
		n    int
		what string
	}{
		{len(c.QuickReplies), "quick reply"}, {len(c.Buttons), "button"}, {len(c.Cards), "card"}, {len(c.Files), "file"},
	} {
		switch {
		case n.n == 1:
			parts = append(parts, "1 "+n.what)
		case n.n > 1 && strings.HasSuffix(n.what, "y"):
			parts = append(parts, fmt.Sprintf("%d %sies", n.n, strings.TrimSuffix(n.what, "y")))
		case n.n > 1:
			parts = append(parts, fmt.Sprintf("%d %ss", n.n, n.what))
		}
	}
	return list(parts)
}

func labelStep(change LabelChange, c store.Conversation) Step {
	has := slices.Contains(c.Labels, change.Label)
	if change.Off {
		return Step{
			Will: fmt.Sprintf("Take off the label %s.", change.Label), Did: fmt.Sprintf("Label %s taken off.", change.Label),
			Act: store.Act{Verb: store.VerbUnlabel, Label: change.Label}, Idle: !has,
		}
	}
	return Step{
		Will: fmt.Sprintf("Put on the label %s.", change.Label), Did: fmt.Sprintf("Label %s put on.", change.Label),
		Act: store.Act{Verb: store.VerbLabel, Label: change.Label}, Idle: has,
	}
}

func assignStep(who string, c store.Conversation, agent string) Step {
	name := who
	switch who {
	case AssignMe:
		name, who = "you", agent
	case AssignNobody:
		who = ""
	}
	return Step{
		Will: fmt.Sprintf("Assign the conversation to %s.", name), Did: fmt.Sprintf("Assigned to %s.", name),
		Act: store.Act{Verb: store.VerbAssign, Assignee: who}, Idle: c.Assignee == who,
	}
}
