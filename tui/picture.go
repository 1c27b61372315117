package tui

import (
	"context"
	"errors"
	"fmt"
	"image"
	"image/color"
	_ "image/gif"  // pictures as the platform sends them (ref. 3.6)
	_ "image/jpeg" // pictures as the platform sends them (ref. 3.6)
	_ "image/png"  // pictures as the platform sends them (ref. 3.6)
	"io"
	"maps"
	"os"
	"strconv"
	"strings"

	tea "charm.land/bubbletea/v2"

	"frontdesk/desk"
	"frontdesk/messenger"
	"frontdesk/store"
)

const (
	picturesFrom    = 100 // columns of the screen from which pictures are drawn without being asked for
	pictureCols     = 40  // a picture is not wider than this
	pictureRows     = 10  // nor higher
	mostPixels      = 16 << 20
	mostPictureSide = 16_384
	mostPictures    = 64 // kept as drawn
	mostSizes       = 2048
	samples         = 8 // of each side of the part of a picture that becomes one pixel
)

type pictureMode int

const (
	picturesAuto pictureMode = iota // where the screen has room
	picturesOn
	picturesOff
)

// pictures are those of threads, as drawn. They are read and made smaller in commands, one at a time.
type pictures struct {
	mode    pictureMode
	drawn   map[pictureKey]picture
	sizes   map[string]image.Point // in pixels, by hash, once it was read
	loading bool
}

// pictureKey is a picture and the box that it is to fit.
type pictureKey struct {
	hash       string
	cols, rows int
	dark       bool // what shows through it
	native     bool // drawn by the terminal itself
}

type picture struct {
	lines   []string
	problem string // why it cannot be drawn
	id      int    // of what the terminal itself draws
	sent    string // what the terminal is to be sent before that
}

// pictureMsg brings a picture that was asked for.
type pictureMsg struct {
	key  pictureKey
	size image.Point
	picture
}

// showsPictures reports whether pictures are drawn in threads.
func (m *Model) showsPictures() bool {
	if m.theme.noColour {
		return false
	}
	return m.pictures.mode == picturesOn || m.pictures.mode == picturesAuto && m.width >= picturesFrom
}

func noPictures(m *Model) string {
	if m.theme.noColour {
		return "Without colour there are no pictures: what they are called stands in their place."
	}
	return ""
}

func (m *Model) togglePictures() tea.Cmd {
	said := "Pictures are shown."
	if m.showsPictures() {
		m.pictures.mode, said = picturesOff, "Pictures are not shown."
	} else {
		m.pictures.mode = picturesOn
	}
	m.layThread()
	return tea.Batch(m.fillThread(), m.release(), m.say(said))
}

// pictureOf is the picture that an attachment is, in words of w columns; false when it is none, or its bytes are not here.
func (m *Model) pictureOf(msg *store.Message, index, w int) (pictureKey, bool) {
	if msg.Withdrawn || msg.Attachments[index].Type != messenger.TypeImage {
		return pictureKey{}, false
	}
	f, ok := fileOf(msg, index)
	if kind := strings.ToLower(f.Type); !ok || f.Hash == "" || kind != "image/png" && kind != "image/jpeg" && kind != "image/gif" {
		return pictureKey{}, false
	}
	return pictureKey{hash: f.Hash, cols: min(w, pictureCols), rows: min(pictureRows, max(m.lay.body.h/2, 2)), dark: m.theme.dark, native: m.drawsNative()}, true
}

// picturesKey is everything about a message's pictures that changes how it is drawn, all of them, and those that are not
// here yet.
func (m *Model) picturesKey(msg *store.Message, w int) (key string, all, missing []pictureKey) {
	if len(msg.Files) == 0 && msg.File == nil || !m.showsPictures() {
		return "", nil, nil
	}
	var b strings.Builder
	for i := range msg.Attachments {
		k, ok := m.pictureOf(msg, i, w)
		if !ok {
			continue
		}
		all = append(all, k)
		p, here := m.pictures.drawn[k]
		if !here {
			missing = append(missing, k)
		}
		size := m.pictures.sizes[k.hash]
		fmt.Fprintf(&b, "%s %d %d %t %d %d %s %v\x00", k.hash, k.cols, k.rows, here, len(p.lines), p.id, p.problem, size)
	}
	return b.String(), all, missing
}

// drawPicture is the picture of an attachment, or as many lines as it will take.
func (m *Model) drawPicture(msg *store.Message, index int, k itemKey, w int) []string {
	if k.pictures == "" {
		return nil
	}
	key, ok := m.pictureOf(msg, index, w)
	if !ok {
		return nil
	}
	t, r := m.theme, m.ruler
	p, here := m.pictures.drawn[key]
	switch {
	case here && p.problem != "":
		var out []string
		for _, line := range m.paragraph("not drawn: "+p.problem, t.faint, w-2) {
			out = append(out, "  "+line)
		}
		return out
	case here:
		return p.lines
	}
	size := m.pictures.sizes[key.hash]
	if f, ok := fetched(msg, index); ok && size == (image.Point{}) {
		size = image.Pt(f.Width, f.Height)
	}
	box := fitPicture(size, key)
	if box == (image.Point{}) {
		return []string{"  " + t.faint.on("loading…")}
	}
	out := make([]string, box.Y)
	for i := range out {
		word := ""
		if i == box.Y/2 {
			word = "loading…"
		}
		out[i] = t.faint.on("▏" + r.center(word, max(box.X-2, 1)) + "▕")
	}
	return out
}

// fitPicture is how many columns and lines a picture takes: no line is higher than two of its columns are wide, and it is
// not drawn larger than it is.
func fitPicture(size image.Point, k pictureKey) image.Point {
	if size.X <= 0 || size.Y <= 0 {
		return image.Point{}
	}
	cols, pixels := size.X, size.Y
	if cols > k.cols {
		cols, pixels = k.cols, max(size.Y*k.cols/size.X, 1)
	}
	if most := 2 * k.rows; pixels > most {
		cols, pixels = max(min(size.X*most/size.Y, k.cols), 1), most
	}
	return image.Pt(cols, (pixels+1)/2)
}

// withPictures adds the reading of the next picture in sight to what is to be done.
func (m *Model) withPictures(cmd tea.Cmd) tea.Cmd {
	t := &m.thread
	if m.graphics.thread != string(t.id) {
		cmd = tea.Batch(cmd, m.release())
	}
	if !t.pictured || m.pictures.loading || m.lay.tooSmall {
		return cmd
	}
	margin := t.height / 2
	for _, it := range t.items {
		if it.start+len(it.lines) < t.top-margin || it.start > t.top+t.height+margin {
			continue
		}
		for _, key := range it.missing {
			m.pictures.loading = true
			return tea.Batch(cmd, loadPicture(m.ctx, m.desk, key, m.graphics.idFor(key)))
		}
	}
	return cmd
}

// applyPicture keeps a picture that was read.
func (m *Model) applyPicture(msg pictureMsg) tea.Cmd {
	if msg.sent != "" {
		return m.hold(msg)
	}
	p := &m.pictures
	p.loading = false
	if msg.id != 0 && m.graphics.live[msg.id] != msg.key {
		return nil // the terminal was told to forget it meanwhile
	}
	if p.drawn == nil || len(p.drawn) >= mostPictures {
		p.drawn = map[pictureKey]picture{}
	}
	if p.sizes == nil || len(p.sizes) >= mostSizes {
		p.sizes = map[string]image.Point{}
	}
	p.drawn[msg.key] = msg.picture
	if msg.size != (image.Point{}) {
		p.sizes[msg.key.hash] = msg.size
	}
	m.layThread()
	return m.release()
}

// forgive lets pictures be tried again that could not be drawn.
func (p *pictures) forgive() {
	maps.DeleteFunc(p.drawn, func(_ pictureKey, was picture) bool { return was.problem != "" })
}

// loadPicture reads a picture from the data folder and makes it as small as it is to be drawn, under an id where the
// terminal draws it.
func loadPicture(ctx context.Context, d desk.Filer, key pictureKey, id int) tea.Cmd {
	return func() tea.Msg {
		msg := pictureMsg{key: key}
		f, err := d.Media(ctx, key.hash)
		switch {
		case errors.Is(err, store.ErrNotFound):
			msg.problem = "it is not kept any more"
			return msg
		case err != nil:
			msg.problem = problem(err)
			return msg
		}
		img, size, why := readPicture(f.Path)
		if msg.size = size; why != "" {
			msg.problem = why
			return msg
		}
		box := fitPicture(size, key)
		if key.native {
			msg.picture = native(img, id, box, ground(key.dark))
			return msg
		}
		msg.lines = halfBlocks(shrink(img, box.X, 2*box.Y, ground(key.dark)), box)
		return msg
	}
}

// readPicture reads a picture of bounded size; why says in words what is wrong with it.
func readPicture(path string) (img image.Image, size image.Point, why string) {
	f, err := os.Open(path) //nolint:gosec // a file of the data folder
	if err != nil {
		return nil, size, "it cannot be read"
	}
	defer func() { _ = f.Close() }() // it was only read
	c, _, err := image.DecodeConfig(io.LimitReader(f, messenger.MaxFileBytes))
	size = image.Pt(c.Width, c.Height)
	most := mostPixels
	if c.ColorModel == color.RGBA64Model || c.ColorModel == color.NRGBA64Model || c.ColorModel == color.Gray16Model {
		most /= 2 // they take twice the memory
	}
	switch {
	case err != nil:
		return nil, image.Point{}, "it is damaged, or no picture"
	case size.X <= 0 || size.Y <= 0 || size.X > mostPictureSide || size.Y > mostPictureSide || size.X*size.Y > most:
		return nil, image.Point{}, fmt.Sprintf("%d × %d pixels are too many", size.X, size.Y)
	}
	if _, err = f.Seek(0, io.SeekStart); err == nil {
		img, _, err = image.Decode(io.LimitReader(f, messenger.MaxFileBytes))
	}
	if err != nil || img.Bounds().Empty() {
		return nil, image.Point{}, "it is damaged"
	}
	return img, size, ""
}

// ground is what shows through a picture.
func ground(dark bool) color.RGBA {
	if dark {
		return color.RGBA{0x16, 0x1A, 0x22, 0xFF}
	}
	return color.RGBA{0xFF, 0xFF, 0xFF, 0xFF}
}

// shrink makes a picture w by h pixels: each is the mean of a part of it.
func shrink(img image.Image, w, h int, under color.RGBA) []color.RGBA {
	b := img.Bounds()
	out := make([]color.RGBA, 0, w*h)
	for y := range h {
		y0, y1 := b.Min.Y+y*b.Dy()/h, b.Min.Y+(y+1)*b.Dy()/h
		for x := range w {
			x0, x1 := b.Min.X+x*b.Dx()/w, b.Min.X+(x+1)*b.Dx()/w
			out = append(out, mean(img, image.Rect(x0, y0, max(x1, x0+1), max(y1, y0+1)).Intersect(b), under))
		}
	}
	return out
}

// mean is the colour of a part of a picture, by a bounded number of samples.
func mean(img image.Image, part image.Rectangle, under color.RGBA) color.RGBA {
	var r, g, b, a, n uint64
	dy, dx := max(part.Dy()/samples, 1), max(part.Dx()/samples, 1)
	for y := part.Min.Y; y < part.Max.Y; y += dy {
		for x := part.Min.X; x < part.Max.X; x += dx {
			pr, pg, pb, pa := img.At(x, y).RGBA()
			r, g, b, a, n = r+uint64(pr), g+uint64(pg), b+uint64(pb), a+uint64(pa), n+1
		}
	}
	if n == 0 {
		return under
	}
	through := 0xFFFF - a/n
	mix := func(sum uint64, below uint8) uint8 {
		return uint8(min((sum/n+through*uint64(below)/0xFF)>>8, 0xFF)) //nolint:gosec // bounded by the line itself
	}
	return color.RGBA{mix(r, under.R), mix(g, under.G), mix(b, under.B), 0xFF}
}

// halfBlocks draws pixels two to a cell: the upper one as the colour of a half block, the lower one as what is under it.
func halfBlocks(pixels []color.RGBA, box image.Point) []string {
	lines := make([]string, box.Y)
	for y := range lines {
		var b strings.Builder
		upper, lower := pixels[2*y*box.X:(2*y+1)*box.X], pixels[(2*y+1)*box.X:(2*y+2)*box.X]
		for x := range box.X {
			if x == 0 || upper[x] != upper[x-1] || lower[x] != lower[x-1] { // background and colour apart, as tidy reads them
				if x > 0 {
					b.WriteString(resetPen)
				}
				b.WriteString("\x1b[48;2;" + rgb(lower[x]) + "m\x1b[38;2;" + rgb(upper[x]) + "m")
			}
			b.WriteString("▀")
		}
		lines[y] = b.String() + resetPen
	}
	return lines
}

func rgb(c color.RGBA) string {
	return strconv.Itoa(int(c.R)) + ";" + strconv.Itoa(int(c.G)) + ";" + strconv.Itoa(int(c.B))
}
