package bench

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"time"
)

// figure is what was seen of one thing, beside its goal.
type figure struct {
	what  string
	goal  string
	value float64
	limit float64
	least bool   // the limit is the least that will do, rather than the most
	unit  string // of the value; empty is a ratio
	note  string // absolute numbers, and what was compared
}

func (f figure) met() bool {
	if f.least {
		return f.value >= f.limit
	}
	return f.value <= f.limit
}

// report collects figures and prints each as soon as it is known.
type report struct {
	out     io.Writer
	figures []figure
}

func (r *report) add(f figure) {
	r.figures = append(r.figures, f)
	verdict := "ok  "
	if !f.met() {
		verdict = "MISS"
	}
	fmt.Fprintf(r.out, "%s  %-58s %-8s %s%s\n", verdict, f.what, f.goal, number(f.value), f.unit)
	if f.note != "" {
		fmt.Fprintf(r.out, "      %s\n", f.note)
	}
}

// absent says that a peer is not there.
func (r *report) absent(what, why string) { fmt.Fprintf(r.out, "–     %s: %s\n", what, why) }

func (r *report) say(format string, args ...any) { fmt.Fprintf(r.out, format+"\n", args...) }

func number(v float64) string {
	if v >= 100 {
		return fmt.Sprintf("%.0f", v)
	}
	return fmt.Sprintf("%.2f", v)
}

// median of some values.
func median[T cmp.Ordered](values []T) T {
	sorted := slices.Sorted(slices.Values(values))
	return sorted[len(sorted)/2]
}

// pair is what two things, measured in turns, came to.
type pair struct {
	ours, peer, ratio float64 // medians; the ratio's is that of the turns
}

// inTurns measures ours and a peer in turns.
func inTurns(runs int, ours, peer func() (float64, error)) (p pair, err error) {
	var a, b, ratios []float64
	for range runs {
		x, err := ours()
		if err != nil {
			return p, err
		}
		y, err := peer()
		if err != nil {
			return p, err
		}
		a, b, ratios = append(a, x), append(b, y), append(ratios, x/y)
	}
	return pair{ours: median(a), peer: median(b), ratio: median(ratios)}, nil
}

// micros is a time for a note.
func micros(seconds float64) string {
	return time.Duration(seconds * float64(time.Second)).Round(10 * time.Nanosecond).String()
}
