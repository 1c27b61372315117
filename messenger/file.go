package messenger

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// fileTypes are the kinds of file there are.
var fileTypes = []string{TypeImage, TypeAudio, TypeVideo, TypeFile}

// FileKind is the type of attachment that a file of a MIME type is sent as (ref. 3.6). Pictures that are not among those
// the platform shows, and whatever else is not sound or film, go as a file.
func FileKind(mime string) string {
	mime, _, _ = strings.Cut(strings.ToLower(mime), ";")
	mime = strings.TrimSpace(mime)
	switch {
	case mime == "image/png", mime == "image/jpeg", mime == "image/gif":
		return TypeImage
	case strings.HasPrefix(mime, "audio/"):
		return TypeAudio
	case strings.HasPrefix(mime, "video/"):
		return TypeVideo
	}
	return TypeFile
}

// MaxBytes is how large a file may be that is sent as a type of attachment (ref. 3.6).
func MaxBytes(kind string) int64 {
	if kind == TypeImage {
		return MaxImageBytes
	}
	return MaxFileBytes
}

// Upload is a file for the platform to keep under an id (ref. 3.9), by its address or by its bytes.
type Upload struct {
	Kind string // TypeImage, TypeAudio, TypeVideo or TypeFile

	URL string // where the platform fetches it; instead of Open

	Name string // what the file is called; of Open only, as all below
	MIME string // empty means application/octet-stream
	Size int64  // how many bytes Open gives, exactly
	Open func() (io.ReadCloser, error)
	// Progress is told how many bytes have been handed over; nil for nobody. It must return at once, and is called by
	// one goroutine at a time.
	Progress func(sent int64)
}

// Validate checks u as OutMessage.Validate checks a message: the kind, where the file is, and how large.
func (u Upload) Validate() error {
	var c checker
	if !slices.Contains(fileTypes, u.Kind) {
		c.fault("kind", "must be image, audio, video or file")
	}
	switch {
	case u.URL == "" && u.Open == nil:
		c.fault("url", "is empty: an address or the bytes are needed")
	case u.URL != "" && u.Open != nil:
		c.fault("url", "cannot go together with the bytes")
	case u.URL != "":
		c.address("url", u.URL)
	case u.Size <= 0:
		c.fault("size", "is 0: an empty file cannot be sent")
	case u.Size > MaxBytes(u.Kind):
		limit := MaxBytes(u.Kind)
		c.faults = append(c.faults, &LimitError{
			Field: "size", Limit: int(limit), Got: int(u.Size),
			Problem: fmt.Sprintf("%d bytes, at most %d (%d MB) allowed", u.Size, limit, limit>>20),
		})
	}
	return errors.Join(c.faults...)
}
