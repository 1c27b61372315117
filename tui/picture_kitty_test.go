package tui_test

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"image"
	"image/png"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	tea "charm.land/bubbletea/v2"
	uv "github.com/charmbracelet/ultraviolet"
	"github.com/charmbracelet/x/ansi/kitty"

	"frontdesk/store"
)

// easel is the part of a terminal that keeps pictures: it reads what was written to the terminal and complains about all
// that kitty's graphics protocol does not allow, or that would have the terminal answer or move.
type easel struct {
	t       *testing.T
	asked   int // whether it can draw at all
	open    map[string]string
	payload strings.Builder
	held    map[int]placed
	handed  int // pictures that were handed over
	most    int // held at once
}

type placed struct {
	cols, rows int
	size       image.Point // in pixels
}

var apc = regexp.MustCompile(`(?s)\x1b_G([^;\x1b]*)(?:;([^\x1b]*))?\x1b\\`)

func (e *easel) read(out []byte) {
	e.t.Helper()
	if rest := apc.ReplaceAll(out, nil); bytes.Contains(rest, []byte("\x1b_")) {
		e.t.Errorf("torn, or no graphics: %.80q", rest[bytes.Index(rest, []byte("\x1b_")):])
	}
	for _, m := range apc.FindAllSubmatch(out, -1) {
		keys := map[string]string{}
		for pair := range strings.SplitSeq(string(m[1]), ",") {
			k, v, _ := strings.Cut(pair, "=")
			keys[k] = v
		}
		e.take(keys, string(m[2]))
	}
}

func (e *easel) take(keys map[string]string, payload string) {
	e.t.Helper()
	if keys["a"] == "q" {
		e.asked++
		return
	}
	if keys["q"] != "2" && e.open == nil {
		e.t.Errorf("the terminal would answer to %v", keys)
	}
	if keys["a"] == "d" {
		id, err := strconv.Atoi(keys["i"])
		if _, there := e.held[id]; err != nil || keys["d"] != "I" || !there {
			e.t.Errorf("forget %v, and there are %v", keys, e.held)
		}
		delete(e.held, id)
		return
	}
	if e.open == nil {
		if keys["a"] != "T" || keys["U"] != "1" || keys["f"] != "100" || keys["C"] != "" && keys["C"] != "1" {
			e.t.Errorf("handed over as %v", keys)
		}
		e.open = keys
	}
	if len(payload) > kitty.MaxChunkSize || keys["m"] == "1" && len(payload)%4 != 0 {
		e.t.Errorf("a piece of %d bytes", len(payload))
	}
	e.payload.WriteString(payload)
	if keys["m"] == "1" {
		return
	}
	e.keep(e.open, e.payload.String())
	e.open = nil
	e.payload.Reset()
}

func (e *easel) keep(keys map[string]string, payload string) {
	e.t.Helper()
	raw, err := base64.StdEncoding.DecodeString(payload)
	if err != nil {
		e.t.Fatal(err)
	}
	img, err := png.Decode(bytes.NewReader(raw))
	if err != nil {
		e.t.Fatal(err)
	}
	var p placed
	id, idErr := strconv.Atoi(keys["i"])
	p.cols, err = strconv.Atoi(keys["c"])
	rows, rowsErr := strconv.Atoi(keys["r"])
	if p.rows = rows; err != nil || rowsErr != nil || idErr != nil || id <= 0 || id > 0xFFFFFF || p.cols < 1 || p.rows < 1 {
		e.t.Errorf("placed as %v", keys)
	}
	if _, twice := e.held[id]; twice {
		e.t.Errorf("picture %d is handed over twice", id)
	}
	p.size = img.Bounds().Size()
	e.held[id] = p
	e.handed++
	e.most = max(e.most, len(e.held))
}

// grid reads the placeholders off the screen: how many cells of each picture it shows. Each cell must name a row and a
// column of its picture, those beside and under it the next ones.
func (e *easel) grid(s *terminal) map[int]int {
	e.t.Helper()
	row, col := map[string]int{}, map[string]int{}
	for i := range 297 {
		row[string(kitty.Diacritic(i))], col[string(kitty.Diacritic(i))] = i, i
	}
	cells := map[int]int{}
	last := map[[2]int][3]int{}
	for y := range s.h {
		for x := range s.w {
			c := s.cell(x, y)
			if !strings.HasPrefix(c.Content, string(kitty.Placeholder)) {
				continue
			}
			marks := []rune(c.Content)[1:]
			if len(marks) != 2 || c.Width != 1 || c.Style.Fg == nil {
				e.t.Fatalf("the cell at %d,%d is %q", x, y, c.Content)
			}
			r, g, b, _ := c.Style.Fg.RGBA()
			id := int(r>>8)<<16 | int(g>>8)<<8 | int(b>>8)
			p, held := e.held[id]
			at := [3]int{id, row[string(marks[0])], col[string(marks[1])]}
			if !held || at[1] >= p.rows || at[2] >= p.cols {
				e.t.Fatalf("the cell at %d,%d is %v of %v", x, y, at, e.held)
			}
			if left, ok := last[[2]int{x - 1, y}]; ok && left[0] == id && (left[1] != at[1] || left[2]+1 != at[2]) {
				e.t.Errorf("%v stands right of %v", at, left)
			}
			if above, ok := last[[2]int{x, y - 1}]; ok && above[0] == id && (above[1]+1 != at[1] || above[2] != at[2]) {
				e.t.Errorf("%v stands under %v", at, above)
			}
			last[[2]int{x, y}] = at
			cells[id]++
		}
	}
	return cells
}

// draws is the answer of a terminal that draws pictures.
const draws = "\x1b_Gi=31;OK\x1b\\\x1bP>|kitty(0.42.1)\x1b\\"

// drawing opens the pictures' thread on a terminal that keeps what it is sent.
func drawing(t *testing.T, so screenOptions, then func(*gallery, *terminal, *easel)) {
	t.Helper()
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, worldOptions{})
		d := galleryOf(t, w)
		so.raw = true
		s := openScreen(t, d, w.now, so)
		e := &easel{t: t, held: map[int]placed{}}
		s.press("open")
		for range 6 {
			s.settle()
		}
		e.read(s.raw.take())
		then(d, s, e)
	})
}

func TestTheTerminalDrawsPictures(t *testing.T) {
	drawing(t, screenOptions{w: 120, h: 90, graphics: draws}, func(_ *gallery, s *terminal, e *easel) {
		s.refuse("▀▀▀▀")
		s.widths()
		s.expect("no longer available", "not drawn: it is damaged")
		if e.asked != 1 || e.handed != 3 {
			t.Errorf("asked %d times, %d pictures handed over, want 1 and 3", e.asked, e.handed)
		}
		cells := e.grid(s)
		whole := 0
		for id, p := range e.held {
			if p.size.X > 10*p.cols || p.size.Y > 20*p.rows {
				t.Errorf("%v pixels for %d × %d cells", p.size, p.cols, p.rows)
			}
			if cells[id] > 0 && cells[id]%(p.cols*p.rows) == 0 { // one is there twice
				whole++
			}
		}
		if whole < 3 {
			t.Errorf("%d pictures stand whole on the screen: %v of %v", whole, cells, e.held)
		}
	})
}

// TestPicturesOfTheTerminalMoveAsText scrolls, covers and resizes: what is left of a picture keeps its rows and columns,
// and nothing is handed over again but what needs another size.
func TestPicturesOfTheTerminalMoveAsText(t *testing.T) {
	drawing(t, screenOptions{w: 120, h: 40, graphics: draws}, func(_ *gallery, s *terminal, e *easel) {
		handed := e.handed
		for range 12 {
			s.press("up")
			e.grid(s)
		}
		e.read(s.raw.take())
		s.press("help")
		covered := e.grid(s)
		s.press("close-help")
		if open := e.grid(s); sum(open) <= sum(covered) {
			t.Errorf("with the help over it %v cells, without %v", covered, open)
		}
		e.read(s.raw.take())
		if e.handed > handed+2 {
			t.Errorf("%d pictures were handed over, then %d", handed, e.handed)
		}
		s.resize(100, 30)
		for range 6 {
			s.settle()
		}
		e.read(s.raw.take())
		if len(e.grid(s)) == 0 {
			t.Error("no picture after a resize")
		}
	})
}

func sum(cells map[int]int) int {
	n := 0
	for _, c := range cells {
		n += c
	}
	return n
}

func TestTheTerminalForgetsPictures(t *testing.T) {
	for name, act := range map[string]func(*gallery, *terminal){
		"hidden by key": func(_ *gallery, s *terminal) { s.press("pictures") },
		"another conversation": func(d *gallery, s *terminal) {
			d.msgs = []store.Message{}
			s.press("back", "down", "open")
		},
		"the end": func(_ *gallery, s *terminal) { s.press("quit", "yes") },
	} {
		t.Run(name, func(t *testing.T) {
			drawing(t, screenOptions{w: 120, h: 90, graphics: draws}, func(d *gallery, s *terminal, e *easel) {
				if len(e.held) == 0 {
					t.Fatal("nothing was handed over")
				}
				act(d, s)
				s.settle()
				out := s.raw.take()
				if left := bytes.Index(out, []byte("\x1b[?1049l")); left >= 0 { // its pictures can't be named from the other screen
					out = out[:left]
				}
				e.read(out)
				if len(e.held) != 0 {
					t.Errorf("the terminal still holds %v", e.held)
				}
			})
		})
	}
}

// TestPicturesComeBackAfterAnotherProgram has something else use the screen, after which the terminal may have forgotten all.
func TestPicturesComeBackAfterAnotherProgram(t *testing.T) {
	drawing(t, screenOptions{w: 120, h: 90, graphics: draws}, func(_ *gallery, s *terminal, e *easel) {
		handed := e.handed
		s.send(tea.ResumeMsg{})
		for range 6 {
			s.settle()
		}
		e.read(s.raw.take())
		if e.handed != 2*handed || len(e.grid(s)) == 0 {
			t.Errorf("%d pictures handed over, then %d", handed, e.handed)
		}
	})
}

// TestHalfBlocksWhereTheTerminalDrawsNone is every terminal that is not known to draw: nothing is ever handed to it.
func TestHalfBlocksWhereTheTerminalDrawsNone(t *testing.T) {
	for name, c := range map[string]struct {
		so    screenOptions
		late  bool // it answers after its time
		asked int
		none  bool // not even half blocks
	}{
		"only says who it is": {asked: 1},
		"silent":              {so: screenOptions{silent: true}, asked: 1},
		"an error":            {so: screenOptions{graphics: "\x1b_Gi=31;ENOTSUP:no\x1b\\\x1bP>|kitty(0.42.1)\x1b\\"}, asked: 1},
		"another's answer":    {so: screenOptions{graphics: "\x1b_Gi=7;OK\x1b\\\x1bP>|kitty(0.42.1)\x1b\\"}, asked: 1},
		"knows a part of it":  {so: screenOptions{graphics: "\x1b_Gi=31;OK\x1b\\\x1bP>|WezTerm 20240203\x1b\\"}, asked: 1},
		"without colour":      {so: screenOptions{graphics: draws, noColor: true}, none: true},
		"too late":            {so: screenOptions{silent: true}, late: true, asked: 1},
	} {
		t.Run(name, func(t *testing.T) {
			c.so.w, c.so.h = 120, 60
			drawing(t, c.so, func(_ *gallery, s *terminal, e *easel) {
				if c.late {
					time.Sleep(3 * time.Second)
					s.send(uv.KittyGraphicsEvent{Options: kitty.Options{ID: 31}, Payload: []byte("OK")},
						tea.TerminalVersionMsg{Name: "kitty(0.42.1)"}, uv.PrimaryDeviceAttributesEvent{62, 22})
					e.read(s.raw.take())
				}
				if e.handed != 0 || e.asked != c.asked {
					t.Errorf("%d pictures handed over, asked %d times", e.handed, e.asked)
				}
				if strings.Contains(s.text(), "▀▀▀▀") == c.none {
					t.Errorf("half blocks are drawn: %t", !c.none)
				}
			})
		})
	}
}

// TestManyPicturesAreBounded walks through a thread of far more pictures than are kept.
func TestManyPicturesAreBounded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, worldOptions{})
		d := galleryOf(t, w)
		one := d.msgs[1]
		d.msgs = nil
		for i := range 90 {
			m := one
			m.ID, m.At = store.MessageID(fmt.Sprintf("q%03d", i)), one.At+store.Millis(i)
			name := fmt.Sprintf("many%d.png", i)
			var b bytes.Buffer
			if err := png.Encode(&b, sunset(60+i, 40)); err != nil {
				t.Fatal(err)
			}
			hangOne(t, d.dir, name, b.Bytes())
			file := store.File{Hash: name, Name: name, Type: "image/png", Size: int64(b.Len())}
			m.Files = []store.Fetched{{Media: store.Media{File: file, Width: 60 + i, Height: 40}}}
			d.msgs = append(d.msgs, m)
		}
		s := openScreen(t, d, w.now, screenOptions{w: 120, h: 60, raw: true, graphics: draws})
		e := &easel{t: t, held: map[int]placed{}}
		s.press("open")
		for range 40 {
			s.press("page-up")
			e.read(s.raw.take())
			e.grid(s)
		}
		if e.handed < 80 || e.most > 64 {
			t.Errorf("%d pictures were handed over, up to %d at once", e.handed, e.most)
		}
	})
}
