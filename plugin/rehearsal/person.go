package rehearsal

import (
	"bytes"
	"context"
	"errors"
	"math/rand/v2"
	"strconv"
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
	number  uint64
	left    bool           // came in long ago, and is not on the website any more
	contact plugin.Contact // set by arrive

	mu         sync.Mutex
	rand       *rand.Rand
	opened     int  // lines of the opening said
	asked      int  // answers to questions given
	told       int  // answers to anything else given
	unasked    int  // lines said unasked
	unanswered int  // lines said since the page last answered
	shown      bool // the photo was sent
	composing  bool // about to answer: no time for anything else
	spoke      time.Time
}

func (r *Rehearsal) person(p part, number uint64) *person {
	return &person{r: r, part: p, number: number, rand: rand.New(rand.NewPCG(r.o.Seed, number+1))} //nolint:gosec // a play, not a secret
}

// arrive makes the contact and opens the conversation.
func (p *person) arrive(ctx context.Context) error {
	profile := plugin.Profile{FirstName: p.part.first, LastName: p.part.last, Name: p.part.name}
	a := plugin.Arrival{Ref: p.part.ref, AdID: p.part.ad}
	var err error
	switch {
	case p.part.path != "":
		a.Source, a.PageURL, a.Title, a.Referrer = plugin.SourcePlugin, site+p.part.path, titleOf(p.part.path), searched
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
	return errors.Join(p.r.server.Arrive(ctx, p.contact, a), p.here(ctx))
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
	err := p.here(ctx)
	if err == nil {
		_, err = p.r.server.Write(ctx, p.contact, text)
	}
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
	if err := p.types(ctx); err != nil {
		return false, err
	}
	if err := p.pause(ctx, 1200*time.Millisecond, 3500*time.Millisecond); err != nil {
		return false, err
	}
	if err := p.say(ctx, text); err != nil || !p.hasPhoto() {
		return true, err
	}
	if err := p.pause(ctx, 900*time.Millisecond, 2500*time.Millisecond); err != nil {
		return true, err
	}
	content, err := p.part.photo.file()
	if err != nil {
		return true, err
	}
	_, err = p.r.server.SendFile(ctx, p.contact, p.part.photo.called, bytes.NewReader(content))
	return true, err
}

// hasPhoto reports whether there is a photo to send, which then counts as sent.
func (p *person) hasPhoto() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	has := p.part.photo != nil && !p.shown
	p.shown = p.shown || has
	return has
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
	if err := p.here(ctx); err != nil {
		return err
	}
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
	if err := p.types(ctx); err != nil {
		return nil, err
	}
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
	taps := p.offered(m)
	if len(taps) > 0 {
		return taps[p.pick(len(taps))](ctx)
	}
	text := p.nextAnswer(m.Text)
	if text == "" {
		return nil
	}
	return p.say(ctx, text)
}

// offered is what can be tapped: the quick replies, else the buttons, else those of the cards.
func (p *person) offered(m *plugin.Message) []func(context.Context) error {
	var quick, buttons []func(context.Context) error
	for i, q := range m.QuickReplies {
		quick = append(quick, func(ctx context.Context) error { return p.tapQuickReply(ctx, m.MID, i, q.ContentType) })
	}
	if len(quick) > 0 {
		return quick
	}
	for i, b := range m.Buttons {
		if b.Type == messenger.ButtonPostback {
			buttons = append(buttons, func(ctx context.Context) error {
				_, err := p.r.server.TapButton(ctx, p.contact, m.MID, i)
				return err
			})
		}
	}
	for n, card := range m.Cards {
		for i, b := range card.Buttons {
			if b.Type == messenger.ButtonPostback {
				buttons = append(buttons, func(ctx context.Context) error {
					_, err := p.r.server.TapCard(ctx, p.contact, m.MID, n, i)
					return err
				})
			}
		}
	}
	return buttons
}

// tapQuickReply taps a quick reply, and fills in what it asks for.
func (p *person) tapQuickReply(ctx context.Context, mid string, index int, kind string) (err error) {
	switch kind {
	case messenger.QuickReplyPhone:
		_, err = p.r.server.FillQuickReply(ctx, p.contact, mid, index, "+1 555 01"+strconv.Itoa(10+p.pick(90))) // nobody has such a number
	case messenger.QuickReplyEmail:
		_, err = p.r.server.FillQuickReply(ctx, p.contact, mid, index, p.email())
	default:
		_, err = p.r.server.TapQuickReply(ctx, p.contact, mid, index)
	}
	return err
}

// email is an address of the person's own.
func (p *person) email() string {
	name := strings.Map(func(r rune) rune {
		if 'a' <= r && r <= 'z' {
			return r
		}
		return -1
	}, strings.ToLower(p.part.first))
	if name == "" {
		name = "me"
	}
	return name + "@mail.example"
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
