// Package rehearsal plays the customers of a bike shop on a plugin.Server, so that a desk can be tried out: people of
// several languages come in by the website, by links and by ads, write, read what they are answered, tap what they
// are offered and answer back.
//
// Visitors of the website stroll through it meanwhile: they are there, type, go and come back.
//
// It speaks to the platform only as contacts do. The same seed brings the same people with the same words; when they
// answer depends on when they are spoken to.
package rehearsal

import (
	"cmp"
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"frontdesk/plugin"
)

// Options say where the rehearsal plays and how.
type Options struct {
	Seed          uint64
	PluginPage    string  // id of the plugin site its visitors write from
	MessengerPage string  // id of the Messenger page its people write to
	Clock         *Clock  // whose Now the server uses; nil: everything happens at the real time
	Pace          float64 // how many times as fast as life; 0 means 1
}

// How busy it gets.
const (
	openingTime   = 2200 * time.Millisecond // in which those of the opening come in who are not there yet
	firstPause    = 4 * time.Second         // between two lines afterwards
	longestPause  = 150 * time.Second
	slower        = 1.07 // each pause is so much longer than the one before
	nudgeAfter    = 20 * time.Minute
	unasked       = 6  // lines a person says unasked in all
	unansweredMax = 3  // lines a person says in a row, but for nudges
	answersMax    = 60 // after so many answers in one conversation a person only reads
)

// Rehearsal is a crowd with a part for each. New makes one; it runs once.
type Rehearsal struct {
	server  *plugin.Server
	o       Options
	rand    *rand.Rand // of the director, as all below; people have their own
	here    []*person
	waiting []*person // those yet to come, the next first
}

// New casts the parts. Nothing happens before Run.
func New(server *plugin.Server, o Options) *Rehearsal {
	if o.Pace <= 0 {
		o.Pace = 1
	}
	r := &Rehearsal{server: server, o: o, rand: rand.New(rand.NewPCG(o.Seed, 0x1dea))} //nolint:gosec // a play, not a secret
	return r
}

// Run plays until ctx ends, and returns nil then. Any other end is an error: the platform refused somebody's line.
func (r *Rehearsal) Run(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var all sync.WaitGroup
	refused := make(chan error, 1)
	play := func(part func(context.Context) error) {
		all.Go(func() {
			if err := guarded(ctx, part); err != nil && ctx.Err() == nil {
				select {
				case refused <- fmt.Errorf("rehearse: %w", err):
				default: // the first says it
				}
				cancel()
			}
		})
	}
	attend := func(p *person) { play(p.attend); play(p.stroll) }
	play(func(ctx context.Context) error {
		if err := r.open(ctx, attend); err != nil {
			return err
		}
		return r.goOn(ctx, attend)
	})
	<-ctx.Done()
	all.Wait()
	select {
	case err := <-refused:
		return err
	default:
		return nil
	}
}

// guarded turns a panic of one part into its error, so that it does not take the screen with it.
func guarded(ctx context.Context, part func(context.Context) error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("a part fell over: %v", p)
		}
	}()
	return part(ctx)
}

// line is one act of the opening and how long ago it happened; 0 for what happens before the agent's eyes.
type line struct {
	ago time.Duration
	act func(context.Context) error
}

// ages are how long ago those who were there already came in. The first two wrote to the Page, and their window closes
// soon. The rest of the opening comes in now.
var ages = []time.Duration{
	21*time.Hour + 20*time.Minute, 20 * time.Hour, 9 * time.Hour, 5 * time.Hour, 3 * time.Hour, 2 * time.Hour,
	75 * time.Minute, 50 * time.Minute, 31 * time.Minute, 15 * time.Minute, 6 * time.Minute, 2 * time.Minute,
}

const (
	openingVisitors = 11 // of the opening; the others come by and by
	openingLinks    = 3
	openingAds      = 3
)

// open brings in those of the opening: at once what lies in the past, oldest first, so that the clock is set back for
// moments only; then, one after the other, those who come in now.
func (r *Rehearsal) open(ctx context.Context, attend func(*person)) error {
	crowd := r.cast()
	past, now := r.script(crowd)
	defer r.o.Clock.setBack(0)
	for _, l := range past {
		r.o.Clock.setBack(l.ago)
		if err := l.act(ctx); err != nil {
			return err
		}
	}
	r.o.Clock.setBack(0)
	for _, l := range now {
		if err := r.pause(ctx, openingTime/time.Duration(len(now))); err != nil {
			return err
		}
		if err := l.act(ctx); err != nil {
			return err
		}
	}
	for _, p := range crowd {
		r.enter(p, attend)
	}
	return nil
}

// cast shuffles the parts, and splits them into those of the opening and those yet to come. The first two of the
// opening are people of the Page.
func (r *Rehearsal) cast() []*person {
	var links, ads []part
	for _, p := range people {
		if p.ad != "" {
			ads = append(ads, p)
		} else {
			links = append(links, p)
		}
	}
	take := func(parts []part, n int) (now, then []part) {
		parts = slices.Clone(parts)
		r.rand.Shuffle(len(parts), func(i, j int) { parts[i], parts[j] = parts[j], parts[i] })
		return parts[:n], parts[n:]
	}
	linksNow, linksThen := take(links, openingLinks)
	adsNow, adsThen := take(ads, openingAds)
	siteNow, siteThen := take(visitors, openingVisitors)

	first, rest := []part{linksNow[0], adsNow[0]}, slices.Concat(linksNow[1:], adsNow[1:], siteNow)
	rest, _ = take(rest, len(rest))
	then, _ := take(slices.Concat(linksThen, adsThen, siteThen), len(visitors)+len(people)-len(first)-len(rest))
	var crowd []*person
	for i, p := range slices.Concat(first, rest, then) {
		crowd = append(crowd, r.person(p, uint64(i)))
	}
	now := len(first) + len(rest)
	r.waiting = crowd[now:]
	return crowd[:now]
}

// script lists the opening's acts in the order of their times.
func (r *Rehearsal) script(crowd []*person) (past, now []line) {
	for i, p := range crowd {
		acts := []func(context.Context) error{p.arrive}
		for range p.part.opening {
			acts = append(acts, p.openingLine)
		}
		if i >= len(ages) {
			for _, act := range acts {
				now = append(now, line{act: act})
			}
			continue
		}
		p.left = ages[i] > longAgo
		ago := ages[i] + time.Duration(r.rand.Float64()*float64(ages[i])/20)
		for _, act := range acts {
			past = append(past, line{ago, act})
			ago -= min(ago/4, time.Duration(10+r.rand.IntN(30))*time.Second) // the time it takes to write a line
		}
	}
	slices.SortStableFunc(past, func(a, b line) int { return cmp.Compare(b.ago, a.ago) })
	return past, now
}

func (r *Rehearsal) enter(p *person, attend func(*person)) {
	r.here = append(r.here, p)
	attend(p)
}

// goOn lets something new happen every few seconds, and less often the longer it goes on: somebody new comes in,
// somebody adds a line, somebody asks again.
func (r *Rehearsal) goOn(ctx context.Context, attend func(*person)) error {
	pause := float64(firstPause)
	for {
		if err := r.pause(ctx, time.Duration(pause*(0.6+0.8*r.rand.Float64()))); err != nil {
			return err
		}
		pause = min(pause*slower, float64(longestPause))
		if len(r.waiting) > 0 && r.rand.IntN(5) < 2 {
			p := r.waiting[0]
			r.waiting = r.waiting[1:]
			if err := r.comeIn(ctx, p); err != nil {
				return err
			}
			r.enter(p, attend)
			continue
		}
		if err := r.somebodySpeaks(ctx); err != nil {
			return err
		}
	}
}

func (r *Rehearsal) comeIn(ctx context.Context, p *person) error {
	if err := p.arrive(ctx); err != nil {
		return err
	}
	for range p.part.opening {
		if err := p.types(ctx); err != nil {
			return err
		}
		if err := r.pause(ctx, between(r.rand, 900*time.Millisecond, 2500*time.Millisecond)); err != nil {
			return err
		}
		if err := p.openingLine(ctx); err != nil {
			return err
		}
	}
	return nil
}

// somebodySpeaks asks the people in a random order until one has something to say.
func (r *Rehearsal) somebodySpeaks(ctx context.Context) error {
	for _, i := range r.rand.Perm(len(r.here)) {
		spoke, err := r.here[i].volunteer(ctx)
		if spoke || err != nil {
			return err
		}
	}
	return nil
}

// pause waits as long as d takes at this pace.
func (r *Rehearsal) pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(r.lasting(d))
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (r *Rehearsal) lasting(d time.Duration) time.Duration {
	return time.Duration(float64(d) / r.o.Pace)
}

// between draws a time.
func between(from *rand.Rand, least, most time.Duration) time.Duration {
	return least + time.Duration(from.Int64N(int64(most-least)))
}
