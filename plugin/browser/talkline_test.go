package browser_test

import (
	"slices"
	"testing"

	"frontdesk/internal/chromium"
)

// TestTalkParsesEvents cuts a line's bytes at every place: within letters, line ends and fields.
func TestTalkParsesEvents(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	s := h.visit(t, chromium.Start(t).Profile(t), "")
	var got []string
	s.Eval(`(async () => {
		const { createParser } = await import("/shop/frame/sse.js");
		const raw = new TextEncoder().encode("\uFEFFretry: 2000\r\n: a comment\r\nid: 7\r\nevent: message\r\ndata: añ👋\r\ndata:  b\r\n\r\n"
			+ "data: x\r\rid\ndata\n\nevent: without data\n\nunknown: field\ndata:y: z\n\ndata: not ended");
		const all = new Set();
		for (let size = 1; size <= raw.length; size++) {
			const list = [];
			let back = 0;
			const feed = createParser((e) => list.push([e.event, e.data, e.id]), (ms) => { back = ms; });
			for (let at = 0; at < raw.length; at += size) feed(raw.slice(at, at + size));
			all.add(JSON.stringify([back, ...list]));
		}
		return [...all];
	})()`, &got)
	want := []string{`[2000,["message","añ👋\n b","7"],["message","x","7"],["message","",""],["message","y: z",""]]`}
	if !slices.Equal(got, want) {
		t.Errorf("the events are %q, want %q", got, want)
	}
}

// TestTalkWaitsBeforeItTriesAgain shows that the time grows up to a bound, and that it is not the same for everybody.
func TestTalkWaitsBeforeItTriesAgain(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	s := h.visit(t, chromium.Start(t).Profile(t), "")
	var least, most []float64
	s.Eval(`import("/shop/frame/times.js").then(({ backOff, TIMES }) => [0, 1, 2, 5, 1000].map((n) => backOff(n, TIMES.again, () => 0)))`, &least)
	s.Eval(`import("/shop/frame/times.js").then(({ backOff, TIMES }) => [0, 1, 2, 5, 1000].map((n) => backOff(n, TIMES.again, () => 1)))`, &most)
	if !slices.Equal(least, []float64{500, 1000, 2000, 15000, 15000}) || !slices.Equal(most, []float64{1000, 2000, 4000, 30000, 30000}) {
		t.Errorf("the times before a next try are %v to %v ms", least, most)
	}
}
