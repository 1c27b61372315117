package visitors

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"
)

// counted is how much was said, and how much of it was where.
type counted struct {
	said, listed, lines, answers int
	waited                       int // turns of visitors who still waited for an answer
	agent                        bool
}

func (c counted) String() string {
	s := fmt.Sprintf("%d words said and on their own visitors' lines, %d answers there; nothing lost, nothing twice", c.lines, c.answers)
	if c.agent {
		s = fmt.Sprintf("%d words said, %d in the agent's threads; %d answers there, %d on the visitors' lines; nothing lost, nothing twice",
			c.said, c.listed, c.answers, c.lines)
	}
	if c.waited > 0 {
		s += fmt.Sprintf(" (%d turns were passed over: the last answer was still to come)", c.waited)
	}
	return s
}

// paces are how long things took: the middle, and what 95 and 99 of a hundred stayed below.
type paces struct{ taken, listed, replied, own, back quantiles }

type quantiles [3]time.Duration

func quantilesOf(all []time.Duration) (q quantiles) {
	slices.Sort(all)
	for i, of := range []int{50, 95, 99} {
		if len(all) > 0 {
			q[i] = all[min(len(all)*of/100, len(all)-1)]
		}
	}
	return q
}

// count compares what was said with what is where. Whatever is missing or there twice is an error.
func (c *crowd) count(ctx context.Context) (n counted, p paces, err error) {
	var in, out map[string]int
	if c.agent != nil {
		if in, out, err = c.agent.threads(ctx); err != nil {
			return n, p, fmt.Errorf("read the agent's threads: %w", err)
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	n = counted{said: len(c.words), waited: c.busy, agent: c.agent != nil}
	var taken, listed, replied, own, back []time.Duration
	wrong := 0
	for text, w := range c.words {
		if w.owns != 1 || w.backs != 1 || c.agent != nil && (in[text] != 1 || out[answers+text] != 1) {
			if wrong++; wrong == 1 {
				err = fmt.Errorf("%q came %d times on its visitor's line and stands %d times in the agent's thread; its answer %d and %d times",
					text, w.owns, in[text], w.backs, out[answers+text])
			}
		}
		n.lines, n.listed = n.lines+w.owns, n.listed+in[text]
		n.answers += w.backs
		taken, own, back = append(taken, w.taken.Sub(w.sent)), append(own, w.own.Sub(w.sent)), append(back, w.back.Sub(w.sent))
		listed, replied = append(listed, w.listed.Sub(w.sent)), append(replied, w.back.Sub(w.replied))
	}
	if err == nil && c.agent != nil && (len(in) != len(c.words) || len(out) != len(c.words)) {
		err = fmt.Errorf("%d words were said, and the agent's threads have %d, and %d answers", len(c.words), len(in), len(out))
	}
	if wrong > 1 {
		err = fmt.Errorf("%w; and %d more are wrong", err, wrong-1)
	}
	return n, paces{quantilesOf(taken), quantilesOf(listed), quantilesOf(replied), quantilesOf(own), quantilesOf(back)}, err
}

// figure is one that both servers have, or only ours.
type figure struct {
	what  string
	of    func(measured) float64
	write func(float64) string
	alone bool // the bare server has no such thing
}

func (o Options) figures() (list []figure) {
	each := func(then, before func(measured) int) func(measured) float64 {
		return func(m measured) float64 { return float64(then(m)-before(m)) / float64(o.Count) }
	}
	start := func(m measured) int { return m.before.resident }
	inUse := func(m measured) int { return m.before.inUse }
	list = []figure{
		{"memory at the start", func(m measured) float64 { return float64(m.before.resident) }, size, false},
		{"memory for each visitor with an open line, resident", each(func(m measured) int { return m.open.resident }, start), size, false},
		{"the same, in use after a collection", each(func(m measured) int { return m.open.inUse }, inUse), size, false},
		{"of that, for the line", each(func(m measured) int { return m.open.inUse }, func(m measured) int { return m.began.inUse }), size, false},
		{"memory for each visitor after the chat, resident", each(func(m measured) int { return m.after.resident }, start), size, false},
		{"the same, in use after a collection", each(func(m measured) int { return m.after.inUse }, inUse), size, false},
		{"processor while nobody writes, of one core", func(m measured) float64 { return share(m.idleCPU, m.idle) }, percent, false},
		{"processor for each word and its answer", func(m measured) float64 { return m.chatCPU.Seconds() / float64(max(m.counted.said, 1)) }, seconds, false},
	}
	for _, t := range []struct {
		what  string
		of    func(paces) quantiles
		alone bool
	}{
		{"a visitor's word to its answer by 200", func(p paces) quantiles { return p.taken }, false},
		{"a visitor's word to the visitor's own line", func(p paces) quantiles { return p.own }, false},
		{"a visitor's word to the agent's list", func(p paces) quantiles { return p.listed }, true},
		{"the agent's answer to the visitor's line", func(p paces) quantiles { return p.replied }, true},
		{"there and back", func(p paces) quantiles { return p.back }, false},
	} {
		for i, name := range []string{"p50", "p95", "p99"} {
			list = append(list, figure{t.what + ", " + name, func(m measured) float64 { return t.of(m.paces)[i].Seconds() }, seconds, t.alone})
		}
	}
	return append(list, figure{"one page to this disk, p50", func(m measured) float64 { return m.disk.Seconds() }, seconds, true})
}

// tell prints all figures: the medians of the turns, and the median of their ratios.
func (o Options) tell(turns []turned) {
	fmt.Fprintf(o.Out, "\n%-62s %10s %10s %7s\n", fmt.Sprintf("median of %d", len(turns)), "frontdesk", "bare", "ratio")
	for _, f := range o.figures() {
		var ours, bare, ratios []float64
		for _, t := range turns {
			a, b := f.of(t.ours), f.of(t.bare)
			ours, bare = append(ours, a), append(bare, b)
			if b > 0 {
				ratios = append(ratios, a/b)
			}
		}
		beside, ratio := "–", "–"
		if !f.alone {
			beside = f.write(median(bare))
		}
		if !f.alone && len(ratios) > 0 {
			ratio = fmt.Sprintf("%.2f", median(ratios))
		}
		fmt.Fprintf(o.Out, "%-62s %10s %10s %7s\n", f.what, f.write(median(ours)), beside, ratio)
	}
}

// median of some values.
func median[T cmp.Ordered](values []T) T {
	sorted := slices.Sorted(slices.Values(values))
	return sorted[len(sorted)/2]
}

// share is how much of one core something had, in percent.
func share(processor, took time.Duration) float64 {
	if took <= 0 {
		return 0
	}
	return 100 * processor.Seconds() / took.Seconds()
}

func percent(v float64) string { return fmt.Sprintf("%.2f %%", v) }

func seconds(v float64) string { return fmt.Sprintf("%.2f ms", 1000*v) }

func size(v float64) string {
	if v >= 1<<20 {
		return fmt.Sprintf("%.1f MB", v/(1<<20))
	}
	return fmt.Sprintf("%.1f KB", v/(1<<10))
}
