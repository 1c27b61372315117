package rehearsal

import (
	"bytes"
	"image"
	"image/color"
	"image/draw"
	"image/png"
)

// photo is a picture that somebody sends: what it is called, and what is on it.
type photo struct {
	called string
	shows  func(*image.RGBA)
}

const (
	photoWidth  = 240
	photoHeight = 180
)

// file is the photo as a PNG, each time the same.
func (p photo) file() ([]byte, error) {
	m := image.NewRGBA(image.Rect(0, 0, photoWidth, photoHeight))
	p.shows(m)
	var b bytes.Buffer
	err := png.Encode(&b, m)
	return b.Bytes(), err
}

var (
	paper = color.RGBA{0xF6, 0xF1, 0xE7, 0xFF}
	ink   = color.RGBA{0x22, 0x26, 0x2E, 0xFF}
	grey  = color.RGBA{0xB8, 0xBE, 0xC6, 0xFF}
	blue  = color.RGBA{0x2B, 0x6C, 0xB0, 0xFF}
	red   = color.RGBA{0xC5, 0x3A, 0x32, 0xFF}
	green = color.RGBA{0x4B, 0x7B, 0x4E, 0xFF}
)

func fill(m *image.RGBA, r image.Rectangle, c color.Color) {
	draw.Draw(m, r, image.NewUniform(c), image.Point{}, draw.Src)
}

// oval fills the oval within r.
func oval(m *image.RGBA, r image.Rectangle, c color.Color) {
	w, h := r.Dx(), r.Dy()
	for y := range h {
		for x := range w {
			dx, dy := (2*x-w)*h, (2*y-h)*w
			if dx*dx+dy*dy <= w*w*h*h {
				m.Set(r.Min.X+x, r.Min.Y+y, c)
			}
		}
	}
}

// ring is a wheel of a width within r.
func ring(m *image.RGBA, r image.Rectangle, width int, c, within color.Color) {
	oval(m, r, c)
	oval(m, r.Inset(width), within)
}

// stroke is a line of a width from one point to another.
func stroke(m *image.RGBA, from, to image.Point, width int, c color.Color) {
	d := to.Sub(from)
	steps := max(d.X, -d.X, d.Y, -d.Y, 1)
	for i := range steps + 1 {
		at := from.Add(d.Mul(i).Div(steps))
		fill(m, image.Rect(at.X, at.Y, at.X+width, at.Y+width), c)
	}
}

// screen is a shop's page that does not load.
func screen(m *image.RGBA) {
	fill(m, m.Rect, ink)
	fill(m, m.Rect.Inset(10), paper)
	fill(m, image.Rect(10, 10, 230, 30), grey)
	for i := range 3 {
		oval(m, image.Rect(16+i*14, 15, 26+i*14, 25), paper)
	}
	ring(m, image.Rect(95, 60, 145, 110), 8, blue, paper)
	fill(m, image.Rect(120, 58, 150, 85), paper) // it spins
	fill(m, image.Rect(60, 130, 180, 138), grey)
}

// bicycle stands before a wall.
func bicycle(frame color.Color) func(*image.RGBA) {
	return func(m *image.RGBA) {
		fill(m, m.Rect, paper)
		fill(m, image.Rect(0, 145, photoWidth, photoHeight), grey)
		for _, x := range []int{30, 140} {
			ring(m, image.Rect(x, 80, x+70, 150), 5, ink, paper)
		}
		rear, front, pedals, saddle, fork := image.Pt(63, 113), image.Pt(173, 113), image.Pt(108, 116), image.Pt(92, 66), image.Pt(158, 66)
		for _, line := range [][2]image.Point{{rear, pedals}, {rear, saddle}, {pedals, saddle}, {pedals, fork}, {saddle, fork}, {fork, front}} {
			stroke(m, line[0], line[1], 5, frame)
		}
		oval(m, image.Rect(78, 56, 110, 66), ink)
		stroke(m, fork, image.Pt(150, 50), 4, ink)
		stroke(m, image.Pt(150, 50), image.Pt(170, 46), 4, ink)
	}
}

// saddle lies on a table.
func saddle(m *image.RGBA) {
	fill(m, m.Rect, color.RGBA{0xC9, 0xA2, 0x74, 0xFF})
	oval(m, image.Rect(40, 50, 130, 140), ink)
	oval(m, image.Rect(90, 75, 215, 115), ink)
	stroke(m, image.Pt(75, 94), image.Pt(195, 94), 3, grey)
}
