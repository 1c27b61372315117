package bench

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"frontdesk/internal/generate"
	"frontdesk/store"
)

const (
	page      = 50
	listTurns = 21 // times that a query is asked in a turn; the median counts
	tenK      = 10_000
)

// lists measures how long pages of a list take.
func (s *session) lists(ctx context.Context) (err error) {
	d, err := openDesk(ctx, s.data)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.Close()) }()
	if err := d.Views.Warm(ctx); err != nil {
		return err
	}
	rows, err := readAll(ctx, d.Views)
	if err != nil {
		return err
	}
	for _, part := range []func(context.Context, store.Views, []store.Conversation) error{s.filters, s.rareTriple, s.pages} {
		if err := part(ctx, d.Views, rows); err != nil {
			return err
		}
	}
	return nil
}

// readAll reads all rows of the list, newest first, with what the measurements need of them.
func readAll(ctx context.Context, v store.Views) (rows []store.Conversation, err error) {
	req := store.ListRequest{Limit: 1000}
	for more := true; more; {
		p, err := v.List(ctx, req)
		if err != nil {
			return nil, err
		}
		for _, c := range p.Rows {
			rows = append(rows, store.Conversation{ID: c.ID, LastActivity: c.LastActivity, Refs: c.Refs, Origins: c.Origins, Unread: c.Unread})
		}
		if more = p.More; more {
			req.From = p.Rows[len(p.Rows)-1].Cursor()
		}
	}
	return rows, nil
}

// timeOf is how long one of many equal things takes, in seconds: the median.
func timeOf(times int, do func() error) (float64, error) {
	var spent []float64
	for range times {
		began := time.Now()
		if err := do(); err != nil {
			return 0, err
		}
		spent = append(spent, time.Since(began).Seconds())
	}
	return median(spent), nil
}

func ask(ctx context.Context, v store.Views, req store.ListRequest) func() (float64, error) {
	return func() (float64, error) {
		return timeOf(listTurns, func() error {
			_, err := v.List(ctx, req)
			return err
		})
	}
}

// byKey reads 50 rows spread over the list by their ids.
func byKey(ctx context.Context, v store.Views, rows []store.Conversation) func() (float64, error) {
	turn := 0
	return func() (float64, error) {
		return timeOf(listTurns, func() error {
			turn++
			for i := range page {
				if _, err := v.Conversation(ctx, rows[(turn*7919+i*len(rows)/page)%len(rows)].ID); err != nil {
					return err
				}
			}
			return nil
		})
	}
}

func one(f store.Field, values ...string) store.Term { return store.Term{Field: f, Values: values} }

// filters measures the switch to any single filter.
func (s *session) filters(ctx context.Context, v store.Views, rows []store.Conversation) error {
	worst, worstName := pair{}, ""
	counted := map[string]int{}
	for _, c := range rows {
		for _, ref := range c.Refs {
			counted[ref]++
		}
	}
	terms := map[string]store.Term{
		"status:open": one(store.FieldStatus, "open"), "status:snoozed": one(store.FieldStatus, "snoozed"),
		"status:resolved": one(store.FieldStatus, "resolved"), "is:unread": one(store.FieldIs, store.IsUnread),
		"is:unreplied": one(store.FieldIs, store.IsUnreplied), "origin:plugin": one(store.FieldOrigin, "plugin"),
		"origin:ad": one(store.FieldOrigin, "ad"), "inbox": one(store.FieldInbox, generate.PageIDs[2]),
		"assignee": one(store.FieldAssignee, generate.Agents[1]), "nobody's": one(store.FieldAssignee, ""),
		"-origin:plugin":  {Field: store.FieldOrigin, Values: []string{"plugin"}, Not: true},
		"-ref:pricing":    {Field: store.FieldRef, Values: []string{"pricing"}, Not: true},
		"ref:campaign-1*": one(store.FieldRef, "campaign-1*"),
	}
	for n := 1; n < s.Size/50; n *= 4 { // refs of every frequency
		if ref := generate.Ref(n - 1); counted[ref] > 0 {
			terms[fmt.Sprintf("a ref of %d conversations", counted[ref])] = one(store.FieldRef, ref)
		}
	}
	for name, term := range terms {
		req := store.ListRequest{Query: store.Query{Terms: []store.Term{term}}, Limit: page}
		p, err := inTurns(s.Runs, ask(ctx, v, req), byKey(ctx, v, rows))
		if err != nil {
			return err
		}
		if p.ratio > worst.ratio {
			worst, worstName = p, name
		}
	}
	s.listed.filter = worst.ours
	s.add(figure{
		what: "switch of any single filter / 50 rows by key", goal: "≤ 3", value: worst.ratio, limit: 3,
		note: fmt.Sprintf("the slowest of %d filters: %s, %s against %s", len(terms), worstName, micros(worst.ours), micros(worst.peer)),
	})
	return nil
}

// bare are columns as plain as they can be.
type bare struct {
	refs           []uint32
	origins, state []uint8
}

// rareTriple measures a query of three conditions that few conversations meet at once, beside a loop over columns.
func (s *session) rareTriple(ctx context.Context, v store.Views, rows []store.Conversation) error {
	var columns bare
	numbers := map[string]uint32{}
	for _, c := range rows {
		var ref uint32
		var origin, unread uint8
		for _, r := range c.Refs {
			if numbers[r] == 0 {
				numbers[r] = uint32(len(numbers) + 1)
			}
			ref = numbers[r]
		}
		for _, o := range c.Origins {
			if o == store.OriginPlugin {
				origin = 1
			}
		}
		if c.Unread > 0 {
			unread = 1
		}
		columns.refs = append(columns.refs, ref)
		columns.origins, columns.state = append(columns.origins, origin), append(columns.state, unread)
	}
	loop := func(want uint32) (found int) {
		for i, ref := range columns.refs {
			if ref == want && columns.origins[i]&1 != 0 && columns.state[i]&1 != 0 {
				if found++; found == page {
					break
				}
			}
		}
		return found
	}
	name, found := "", 0
	for n := 0; name == "" && n < s.Size/50; n++ { // the most popular ref that does not fill a page
		if f := loop(numbers[generate.Ref(n)]); f > 0 && f < page {
			name, found = generate.Ref(n), f
		}
	}
	if name == "" {
		s.absent("rare triple", "no ref has a few unread conversations of the plugin in a store of this size")
		return nil
	}
	req := store.ListRequest{Limit: page, Query: store.Query{Terms: []store.Term{
		one(store.FieldRef, name), one(store.FieldOrigin, "plugin"), one(store.FieldIs, store.IsUnread),
	}}}
	p, err := inTurns(s.Runs, ask(ctx, v, req), func() (float64, error) {
		return timeOf(listTurns, func() error {
			if loop(numbers[name]) != found {
				return errors.New("the loop over columns counts anew")
			}
			return nil
		})
	})
	if err != nil {
		return err
	}
	s.listed.triple = p.ours
	s.add(figure{
		what: "rare triple / bare loop over the columns", goal: "≤ 2", value: p.ratio, limit: 2,
		note: fmt.Sprintf("%d rows found and read, %s against %s", found, micros(p.ours), micros(p.peer)),
	})
	return nil
}

// pages measures a page at the end of the list beside one at its start, and both beside a store of ten thousand.
func (s *session) pages(ctx context.Context, v store.Views, rows []store.Conversation) error {
	start := store.ListRequest{Limit: page}
	end := store.ListRequest{Limit: page, From: rows[len(rows)-page-1].Cursor()}
	p, err := inTurns(s.Runs, ask(ctx, v, end), ask(ctx, v, start))
	if err != nil {
		return err
	}
	s.add(figure{
		what: "page down at the end / at the start", goal: "≤ 2", value: p.ratio, limit: 2,
		note: fmt.Sprintf("%s against %s", micros(p.ours), micros(p.peer)),
	})
	if s.Size <= tenK {
		return nil
	}
	return s.withSmaller(ctx, tenK, func(small *desk) error {
		p, err := inTurns(s.Runs, ask(ctx, v, start), ask(ctx, small.Views, start))
		if err != nil {
			return err
		}
		s.add(figure{
			what: "a page here / with ten thousand conversations", goal: "≤ 1.5", value: p.ratio, limit: 1.5,
			note: fmt.Sprintf("%s against %s", micros(p.ours), micros(p.peer)),
		})
		return nil
	})
}

// withSmaller opens a smaller store for a moment.
func (s *session) withSmaller(ctx context.Context, size int, do func(*desk) error) (err error) {
	dir := filepath.Join(s.folder, fmt.Sprintf("store-%d-%d", size, s.Seed))
	if err := s.prepare(ctx, dir, size); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	d, err := openDesk(ctx, dir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.Close()) }()
	return do(d)
}
