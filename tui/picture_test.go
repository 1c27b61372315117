package tui_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/charmbracelet/x/exp/golden"

	"frontdesk/desk"
	"frontdesk/store"
)

// gallery is a desk that keeps pictures in a folder, under their names as hashes.
type gallery struct {
	told
	dir   string
	asked atomic.Int32
	slow  time.Duration
}

func (d *gallery) Media(_ context.Context, hash string) (desk.MediaFile, error) {
	d.asked.Add(1)
	time.Sleep(d.slow)
	path := filepath.Join(d.dir, hash)
	if _, err := os.Stat(path); err != nil {
		return desk.MediaFile{}, store.ErrNotFound
	}
	return desk.MediaFile{Path: path, Type: "image/" + strings.TrimPrefix(filepath.Ext(hash), ".")}, nil
}

// sunset is a picture of which every part has its own colour.
func sunset(w, h int) *image.NRGBA {
	img := image.NewNRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			img.SetNRGBA(x, y, color.NRGBA{uint8(255 - 128*y/h), uint8(64 + 128*x/w), uint8(255 * y / h), 255}) //nolint:gosec // within a byte
		}
	}
	return img
}

func hangOne(t *testing.T, dir, name string, body []byte) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, name), body, 0o600); err != nil {
		t.Fatal(err)
	}
}

// hang puts pictures into the folder: good ones, and such as break programs.
func hang(t *testing.T, dir string) {
	t.Helper()
	put := func(name string, body []byte) { hangOne(t, dir, name, body) }
	var b bytes.Buffer
	encode := func(name string, err error) {
		if err != nil {
			t.Fatal(err)
		}
		put(name, bytes.Clone(b.Bytes()))
		b.Reset()
	}
	encode("wide.png", png.Encode(&b, sunset(400, 200)))
	encode("tall.jpeg", jpeg.Encode(&b, sunset(90, 400), nil))
	glass := sunset(20, 12)
	for i := 3; i < len(glass.Pix); i += 8 {
		glass.Pix[i] = 0
	}
	encode("small.gif", gif.Encode(&b, glass, nil))
	put("torn.jpeg", []byte("\xff\xd8\xff\xe0 no more of it"))

	head := []byte("IHDR\x00\x00\xea\x60\x00\x00\xea\x60\x08\x06\x00\x00\x00") // 60,000 by 60,000 pixels
	bomb := append([]byte("\x89PNG\r\n\x1a\n\x00\x00\x00\x0d"), head...)
	put("bomb.png", binary.BigEndian.AppendUint32(bomb, crc32.ChecksumIEEE(head)))
}

// pictured is a thread of pictures.
func pictured() []store.Message {
	at := store.MillisOf(base) - 30*60_000
	picture := func(name string, w, h int) store.Message {
		m := store.Message{Direction: store.In, Kind: store.KindMedia, Attachments: []store.Attachment{{Type: "image", URL: "https://cdn.lumen.example/u/" + name}}}
		if w > 0 {
			file := store.File{Hash: name, Name: name, Type: "image/" + strings.TrimPrefix(filepath.Ext(name), "."), Size: 48_213}
			m.Files = []store.Fetched{{Media: store.Media{File: file, Width: w, Height: h}}}
		}
		return m
	}
	msgs := []store.Message{
		{Direction: store.In, Kind: store.KindText, Text: "This is the frame, and the saddle:"},
		picture("wide.png", 400, 200), picture("tall.jpeg", 90, 400), picture("small.gif", 20, 12),
		picture("torn.jpeg", 90, 400), picture("bomb.png", 1, 1), picture("lost.png", 30, 30), picture("far.png", 0, 0),
		picture("gone.png", 0, 0), picture("late.png", 0, 0),
		{
			Direction: store.Out, Agent: "ana", Kind: store.KindMedia, State: store.StateSent, File: &store.File{Hash: "wide.png", Name: "map.png", Type: "image/png", Size: 1_200_000},
			Attachments: []store.Attachment{{Type: "image", Title: "map.png"}},
		},
	}
	msgs[8].Files = []store.Fetched{{Media: store.Media{Gone: true}}}
	msgs[9].Files = []store.Fetched{{Media: store.Media{Problem: "cdn.lumen.example did not answer in time."}}}
	for i := range msgs {
		m := &msgs[i]
		m.ID, m.Conversation, m.At = store.MessageID("p"+itoa3(i)), store.NewConversationID(pageID, mara), at+store.Millis(i*60_000)
	}
	return msgs
}

func galleryOf(t *testing.T, w *world) *gallery {
	t.Helper()
	d := &gallery{told: told{w.desk, pictured(), func(*store.Conversation) {}}, dir: t.TempDir()}
	hang(t, d.dir)
	return d
}

func TestPicturesInTheThread(t *testing.T) {
	t.Parallel()
	for _, so := range []screenOptions{{w: 60, h: 60}, {w: 80, h: 24}, {w: 120, h: 90}, {w: 120, h: 90, light: true}, {w: 120, h: 60, noColor: true}, {w: 200, h: 80}} {
		t.Run(itoa3(so.w)+map[bool]string{true: "-light"}[so.light]+map[bool]string{true: "-nocolor"}[so.noColor], func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, worldOptions{})
				s := openScreen(t, galleryOf(t, w), w.now, so)
				s.press("open")
				for range 4 {
					s.settle()
				}
				s.widths()
				s.expect("no longer available", "not kept here:")
				golden.RequireEqual(s.t, s.frame())
			})
		})
	}
}

func TestPicturesTakeTheirRoomBeforeTheyAreThere(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, worldOptions{})
		d := galleryOf(t, w)
		d.msgs = d.msgs[:4]
		d.slow = 2 * time.Second
		s := openScreen(t, d, w.now, screenOptions{w: 120, h: 60})
		s.press("open")
		s.expect("loading…")
		lines := func() string {
			var where []string
			for i, line := range strings.Split(s.text(), "\n") {
				if strings.Contains(line, "[picture]") {
					where = append(where, itoa3(i))
				}
			}
			return strings.Join(where, " ")
		}
		before := lines()
		time.Sleep(10 * time.Second)
		s.settle()
		s.refuse("loading…")
		s.expect("▀▀▀▀")
		if after := lines(); after != before {
			t.Errorf("pictures stood in lines %s, now in %s", before, after)
		}
	})
}

func TestPicturesAreReadOnceAndHiddenByKey(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, worldOptions{})
		d := galleryOf(t, w)
		s := openScreen(t, d, w.now, screenOptions{w: 80, h: 60})
		s.press("open")
		s.settle()
		s.refuse("▀▀▀▀")
		if n := d.asked.Load(); n != 0 {
			t.Fatalf("%d pictures were read that nobody sees", n)
		}
		s.press("pictures")
		for range 4 {
			s.settle()
		}
		s.expect("▀▀▀▀", "Pictures are shown.")
		n := d.asked.Load()
		s.press("up", "down", "reload", "back", "open")
		if again := d.asked.Load(); again != n {
			t.Errorf("pictures were read %d times, then %d", n, again)
		}
		s.press("pictures")
		s.refuse("▀▀▀▀")
	})
}
