package rehearsal

import (
	"context"
	"math/rand/v2"
	"strings"
	"sync"
	"time"

	"frontdesk/messenger"
	"frontdesk/plugin"
)

// site is the shop's website.
const site = "https://lumen.example"

// person plays one part.
type person struct {
	r       *Rehearsal
	part    part
	contact plugin.Contact // set by arrive

	mu         sync.Mutex
	rand       *rand.Rand
	opened     int  // lines of the opening said
	asked      int  // answers to questions given
	told       int  // answers to anything else given
	unasked    int  // lines said unasked
	unanswered int  // lines said since the page last answered
	composing  bool // about to answer: no time for anything else
	spoke      time.Time
}

func (r *Rehearsal) person(p part, number uint64) *person {
	return &person{r: r, part: p, rand: rand.New(rand.NewPCG(r.o.Seed, number+1))} //nolint:gosec // a play, not a secret
}

// arrive makes the contact and opens the conversation.
func (p *person) arrive(ctx context.Context) error {
	profile := plugin.Profile{FirstName: p.part.first, LastName: p.part.last, Name: p.part.name}
	a := plugin.Arrival{Ref: p.part.ref, AdID: p.part.ad}
	var err error
	switch {
	case p.part.path != "":
		a.Source, a.PageURL = plugin.SourcePlugin, site+p.part.path
		p.contact, _, err = p.r.server.NewVisitor(ctx, p.r.o.PluginPage, profile)
	case p.part.ad != "":
		a.Source = plugin.SourceAd
		p.contact, err = p.r.server.NewContact(ctx, p.r.o.MessengerPage, profile)
	default:
		a.Source = plugin.SourceLink
		p.contact, err = p.r.server.NewContact(ctx, p.r.o.MessengerPage, profile)
	}
	if err != nil {
		return err
	}
	return p.r.server.Arrive(ctx, p.contact, a)
}

// openingLine says the next line of the opening.
func (p *person) openingLine(ctx context.Context) error {
	p.mu.Lock()
	text := p.part.opening[p.opened]
	p.opened++
	p.mu.Unlock()
	return p.say(ctx, text)
}

func (p *person) say(ctx context.Context, text string) error {
	_, err := p.r.server.Write(ctx, p.contact, text)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.unanswered++
	p.spoke = time.Now()
	return err
}

// volunteer says something unasked, if there is anything to say and it would not be too much; it reports whether.
func (p *person) volunteer(ctx context.Context) (bool, error) {
	text := p.unaskedLine()
	if text == "" {
		return false, nil
	}
	return true, p.say(ctx, text)
}

func (p *person) unaskedLine() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.composing || p.unasked >= unasked {
		return ""
	}
	if p.unasked < len(p.part.later) && p.unanswered < unansweredMax {
		p.unasked++
		return p.part.later[p.unasked-1]
	}
	if p.unanswered == 0 || time.Since(p.spoke) < p.r.lasting(nudgeAfter) {
		return ""
	}
	p.unasked++
	nudges := phrasebook[p.part.lang].nudge
	return nudges[p.rand.IntN(len(nudges))]
}

// attend reads what the page says and answers it, until ctx ends.
func (p *person) attend(ctx context.Context) error {
	news, stop := p.r.server.Watch(p.contact)
	defer stop()
	var place uint64
	for {
		last, err := p.read(ctx, &place)
		if err != nil {
			return err
		}
		if last != nil {
			if err := p.react(ctx, news, &place, last); err != nil {
				return err
			}
			continue
		}
		select {
		case <-news:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// read goes through what is new and returns the page's last message in it, nil if the page said nothing.
func (p *person) read(ctx context.Context, place *uint64) (*plugin.Message, error) {
	var last *plugin.Message
	for {
		fresh, err := p.r.server.Messages(ctx, p.contact, *place)
		if err != nil || len(fresh) == 0 {
			return last, err
		}
		for _, m := range fresh {
			*place = m.Seq
			if m.FromPage {
				last = &m
			}
		}
	}
}

// react receives and reads the page's message, waits whether more comes, and answers the last.
func (p *person) react(ctx context.Context, news <-chan struct{}, place *uint64, last *plugin.Message) error {
	p.setComposing(true)
	defer p.setComposing(false)
	for last != nil {
		if err := p.take(ctx, last); err != nil {
			return err
		}
		more, err := p.compose(ctx, news, place)
		if err != nil {
			return err
		}
		if more == nil {
			return p.answer(ctx, last)
		}
		last = more
	}
	return nil
}

func (p *person) setComposing(on bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.composing = on
	if on {
		p.unanswered = 0
	}
}

// take lets a message arrive, and then be read.
func (p *person) take(ctx context.Context, m *plugin.Message) error {
	if err := p.pause(ctx, 300*time.Millisecond, 800*time.Millisecond); err != nil {
		return err
	}
	if err := p.r.server.Delivered(ctx, p.contact, m.At); err != nil {
		return err
	}
	if err := p.pause(ctx, 200*time.Millisecond, 700*time.Millisecond); err != nil {
		return err
	}
	return p.r.server.Seen(ctx, p.contact, m.At)
}

// compose is the time an answer takes. If the page says more meanwhile, it returns that.
func (p *person) compose(ctx context.Context, news <-chan struct{}, place *uint64) (*plugin.Message, error) {
	timer := time.NewTimer(p.draw(1600*time.Millisecond, 3400*time.Millisecond))
	defer timer.Stop()
	for {
		select {
		case <-timer.C:
			return nil, nil
		case <-news:
			if more, err := p.read(ctx, place); more != nil || err != nil {
				return more, err
			}
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

func (p *person) pause(ctx context.Context, least, most time.Duration) error {
	timer := time.NewTimer(p.draw(least, most))
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (p *person) draw(least, most time.Duration) time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.r.lasting(between(p.rand, least, most))
}

// answer taps what is offered, or says something that goes with what was said.
func (p *person) answer(ctx context.Context, m *plugin.Message) error {
	quick, buttons := offered(m)
	switch {
	case len(quick) > 0:
		_, err := p.r.server.TapQuickReply(ctx, p.contact, m.MID, quick[p.pick(len(quick))])
		return err
	case len(buttons) > 0:
		_, err := p.r.server.TapButton(ctx, p.contact, m.MID, buttons[p.pick(len(buttons))])
		return err
	}
	text := p.nextAnswer(m.Text)
	if text == "" {
		return nil
	}
	return p.say(ctx, text)
}

// offered are the places of the quick replies and buttons that can be tapped.
func offered(m *plugin.Message) (quick, buttons []int) {
	for i, q := range m.QuickReplies {
		if q.ContentType == "text" {
			quick = append(quick, i)
		}
	}
	for i, b := range m.Buttons {
		if b.Type == messenger.ButtonPostback {
			buttons = append(buttons, i)
		}
	}
	return quick, buttons
}

func (p *person) pick(n int) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.rand.IntN(n)
}

// nextAnswer is the part's next line for a question, or for anything else; then a phrase of the language.
func (p *person) nextAnswer(to string) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.asked+p.told >= answersMax {
		return ""
	}
	lines, common, n := p.part.told, phrasebook[p.part.lang].told, &p.told
	if strings.ContainsAny(to, "?？؟") {
		lines, common, n = p.part.asked, phrasebook[p.part.lang].asked, &p.asked
	}
	*n++
	if *n <= len(lines) {
		return lines[*n-1]
	}
	return common[p.rand.IntN(len(common))]
}
