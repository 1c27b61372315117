package messenger

import (
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestFileKind(t *testing.T) {
	t.Parallel()
	for mime, want := range map[string]string{
		"image/png": TypeImage, "image/jpeg": TypeImage, "IMAGE/GIF": TypeImage, " image/png; q=1": TypeImage,
		"image/webp": TypeFile, "image/svg+xml": TypeFile, "image/heic": TypeFile,
		"audio/mpeg": TypeAudio, "audio/ogg; codecs=opus": TypeAudio, "video/mp4": TypeVideo,
		"application/pdf": TypeFile, "text/html": TypeFile, "": TypeFile, "audio": TypeFile,
	} {
		if got := FileKind(mime); got != want {
			t.Errorf("FileKind(%q) = %s, want %s", mime, got, want)
		}
	}
}

func nothing() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader("")), nil }

// Each kind of file one byte below its limit, at it and above.
func TestUploadLimits(t *testing.T) {
	t.Parallel()
	for kind, limit := range map[string]int64{TypeImage: 8 << 20, TypeAudio: 25 << 20, TypeVideo: 25 << 20, TypeFile: 25 << 20} {
		if got := MaxBytes(kind); got != limit {
			t.Errorf("MaxBytes(%s) = %d", kind, got)
		}
		for _, size := range []int64{1, limit - 1, limit} {
			if err := (Upload{Kind: kind, Open: nothing, Size: size}).Validate(); err != nil {
				t.Errorf("%s of %d bytes: %v", kind, size, err)
			}
		}
		faults := LimitErrors(Upload{Kind: kind, Open: nothing, Size: limit + 1}.Validate())
		if len(faults) != 1 || faults[0].Field != "size" || faults[0].Limit != int(limit) || faults[0].Got != int(limit)+1 {
			t.Errorf("%s of one byte too many: %+v", kind, faults)
		}
	}
}

func TestUploadForm(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		file Upload
		want []string
	}{
		"by address":         {Upload{Kind: TypeVideo, URL: "https://x.example/v.mp4"}, nil},
		"by half an address": {Upload{Kind: TypeVideo, URL: "v.mp4"}, []string{"url"}},
		"by nothing":         {Upload{Kind: TypeVideo}, []string{"url"}},
		"by both":            {Upload{Kind: TypeVideo, URL: "https://x.example/v.mp4", Open: nothing, Size: 1}, []string{"url"}},
		"of no bytes":        {Upload{Kind: TypeVideo, Open: nothing}, []string{"size"}},
		"of no kind":         {Upload{Open: nothing, Size: 1}, []string{"kind"}},
		"a template":         {Upload{Kind: TypeTemplate, Open: nothing, Size: 1}, []string{"kind"}},
	} {
		if diff := cmp.Diff(c.want, fields(c.file.Validate())); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}
