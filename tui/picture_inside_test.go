package tui

import (
	"image"
	"image/color"
	"strings"
	"testing"
)

func TestPicturesKeepTheirShapeAndFitTheirBox(t *testing.T) {
	t.Parallel()
	box := pictureKey{cols: 40, rows: 10}
	for _, c := range []struct{ size, want image.Point }{
		{image.Pt(400, 200), image.Pt(40, 10)},
		{image.Pt(200, 400), image.Pt(10, 10)},
		{image.Pt(16, 16), image.Pt(16, 8)},
		{image.Pt(1, 1), image.Pt(1, 1)},
		{image.Pt(10_000, 1), image.Pt(40, 1)},
		{image.Pt(1, 10_000), image.Pt(1, 10)},
		{image.Pt(0, 7), image.Point{}},
	} {
		if got := fitPicture(c.size, box); got != c.want {
			t.Errorf("%v pixels take %v cells, want %v", c.size, got, c.want)
		}
	}
}

func TestAPicturesColoursEndWithIt(t *testing.T) {
	t.Parallel()
	red := color.RGBA{200, 10, 10, 255}
	img := image.NewUniform(red)
	pixels := shrink(&image.RGBA{Rect: image.Rect(0, 0, 4, 4), Stride: 16, Pix: uniform(img, 4)}, 2, 2, ground(true))
	for _, p := range pixels {
		if p != red {
			t.Errorf("the mean of red is %v", p)
		}
	}
	line := halfBlocks(pixels, image.Pt(2, 1))[0]
	drawn := tidy(ruler{}.pad(line, 6))
	if want := "\x1b[48;2;200;10;10m\x1b[38;2;200;10;10m▀▀\x1b[m    "; drawn != want {
		t.Errorf("drawn as %q, want %q", drawn, want)
	}
	if chosen := tint("\x1b[48;5;237m", line); !strings.HasPrefix(tidy(chosen), "\x1b[48;2;200;10;10m") {
		t.Errorf("a chosen picture is drawn as %q", tidy(chosen))
	}
}

// uniform is a square of one colour.
func uniform(c *image.Uniform, side int) []uint8 {
	r, g, b, a := c.RGBA()
	var out []uint8
	for range side * side {
		out = append(out, uint8(r>>8), uint8(g>>8), uint8(b>>8), uint8(a>>8)) //nolint:gosec // the upper byte of two
	}
	return out
}
