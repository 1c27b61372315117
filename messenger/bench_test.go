package messenger

import "testing"

func BenchmarkParseEnvelope(b *testing.B) {
	body := recorded(b)["wire-message-escaped-unicode"]
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := ParseEnvelope(body); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkVerify(b *testing.B) {
	body := recorded(b)["wire-message-escaped-unicode"]
	v, err := NewVerifier(Secret{Value: []byte("one")}, Secret{Value: []byte("two")})
	if err != nil {
		b.Fatal(err)
	}
	h := header(SignatureHeader, Sign([]byte("two"), body))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := v.Verify(body, h); err != nil {
			b.Fatal(err)
		}
	}
}
