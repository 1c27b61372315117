package messenger

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// vectors are digests computed elsewhere.
type vectors struct {
	AppSecret string `json:"app_secret"`
	Files     map[string]struct {
		SHA256 string `json:"X-Hub-Signature-256"`
		SHA1   string `json:"X-Hub-Signature"`
	} `json:"files"`
	WrongWay struct {
		SHA256 string `json:"X-Hub-Signature-256"`
	} `json:"wrong_way"`
	Proof struct {
		Token string `json:"access_token"`
		Proof string `json:"appsecret_proof"`
	} `json:"appsecret_proof"`
}

func loadVectors(t *testing.T) vectors {
	t.Helper()
	text, err := os.ReadFile("testdata/signatures.json")
	if err != nil {
		t.Fatal(err)
	}
	var v vectors
	if err := json.Unmarshal(text, &v); err != nil || len(v.Files) == 0 {
		t.Fatalf("%d vectors, %v", len(v.Files), err)
	}
	return v
}

func header(name, value string) http.Header {
	h := http.Header{}
	h.Set(name, value)
	return h
}

func verifier(t *testing.T, secrets ...string) *Verifier {
	t.Helper()
	var all []Secret
	for _, s := range secrets {
		all = append(all, Secret{Value: []byte(s)})
	}
	v, err := NewVerifier(all...)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestSignaturesRecorded(t *testing.T) {
	t.Parallel()
	vec := loadVectors(t)
	secret := []byte(vec.AppSecret)
	v := verifier(t, vec.AppSecret)
	for name, sig := range vec.Files {
		body, err := os.ReadFile(filepath.Join("testdata", name))
		if err != nil {
			t.Fatal(err)
		}
		if got := Sign(secret, body); got != sig.SHA256 {
			t.Errorf("Sign(%s) = %s, want %s", name, got, sig.SHA256)
		}
		if got := SignSHA1(secret, body); got != sig.SHA1 {
			t.Errorf("SignSHA1(%s) = %s, want %s", name, got, sig.SHA1)
		}
		if _, err := v.Verify(body, header(SignatureHeader, sig.SHA256)); err != nil {
			t.Errorf("Verify(%s): %v", name, err)
		}
		if _, err := v.Verify(body, header(SignatureHeader, vec.WrongWay.SHA256)); !errors.Is(err, ErrBadSignature) {
			t.Errorf("Verify(%s) of the digest of a body encoded anew = %v, want ErrBadSignature", name, err)
		}
		if _, err := v.Verify(append(body, '\n'), header(SignatureHeader, sig.SHA256)); !errors.Is(err, ErrBadSignature) {
			t.Errorf("Verify(%s) with a newline added = %v, want ErrBadSignature", name, err)
		}
	}
	if got := AppSecretProof(vec.Proof.Token, vec.AppSecret); got != vec.Proof.Proof {
		t.Errorf("AppSecretProof = %s, want %s", got, vec.Proof.Proof)
	}
}

func TestVerifyHeader(t *testing.T) {
	t.Parallel()
	body := []byte(`{"object":"page"}`)
	good, old := Sign([]byte("one"), body), SignSHA1([]byte("one"), body)
	both := header(SignatureHeader, good)
	both.Set(SignatureHeaderSHA1, "sha1=00")
	badNew := header(SignatureHeader, Sign([]byte("other"), body))
	badNew.Set(SignatureHeaderSHA1, old)
	cases := map[string]struct {
		header     http.Header
		acceptSHA1 bool
		ok         bool
	}{
		"right":                           {header(SignatureHeader, good), false, true},
		"right, upper-case hex":           {header(SignatureHeader, "sha256="+strings.ToUpper(good[7:])), false, true},
		"missing":                         {http.Header{}, true, false},
		"empty":                           {header(SignatureHeader, ""), true, false},
		"no prefix":                       {header(SignatureHeader, good[7:]), false, false},
		"prefix only":                     {header(SignatureHeader, "sha256="), false, false},
		"other prefix":                    {header(SignatureHeader, "sha1="+good[7:]), false, false},
		"no hex":                          {header(SignatureHeader, "sha256=zz"), false, false},
		"cut short":                       {header(SignatureHeader, good[:len(good)-2]), false, false},
		"too long":                        {header(SignatureHeader, good+"00"), false, false},
		"of another secret":               {header(SignatureHeader, Sign([]byte("other"), body)), false, false},
		"of another body":                 {header(SignatureHeader, Sign([]byte("one"), []byte("{}"))), false, false},
		"sha1, not accepted":              {header(SignatureHeaderSHA1, old), false, false},
		"sha1, accepted":                  {header(SignatureHeaderSHA1, old), true, true},
		"sha1 digest in the new header":   {header(SignatureHeader, old), true, false},
		"new one right, old one wrong":    {both, true, true},
		"new one wrong, old one accepted": {badNew, true, false},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			v := verifier(t, "one")
			v.AcceptSHA1 = c.acceptSHA1
			_, err := v.Verify(body, c.header)
			if c.ok && err != nil {
				t.Errorf("refused: %v", err)
			}
			if !c.ok && !errors.Is(err, ErrBadSignature) {
				t.Errorf("err = %v, want ErrBadSignature", err)
			}
			if err != nil && strings.Contains(err.Error(), good[7:]) {
				t.Errorf("error shows the right signature: %v", err)
			}
		})
	}
}

func TestVerifySeveralSecrets(t *testing.T) {
	t.Parallel()
	body := []byte(`{}`)
	v, err := NewVerifier(
		Secret{Value: []byte("old")}, Secret{Value: []byte("app"), Except: []string{"9"}}, Secret{Value: []byte("app"), Only: []string{"9"}},
	)
	if err != nil {
		t.Fatal(err)
	}
	for secret, want := range map[string]int{"old": 1, "app": 2, "none": 0} {
		matching, err := v.Verify(body, header(SignatureHeader, Sign([]byte(secret), body)))
		if len(matching) != want || (err == nil) != (want > 0) {
			t.Errorf("secret %s: %d match, %v; want %d", secret, len(matching), err, want)
		}
	}
}

func TestNewVerifierRefusesEmptySecrets(t *testing.T) {
	t.Parallel()
	for name, secrets := range map[string][]Secret{
		"none": nil, "an empty one": {{}}, "an empty one among others": {{Value: []byte("a")}, {Only: []string{"1"}}},
	} {
		if _, err := NewVerifier(secrets...); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

func TestSecretSpeaks(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		secret Secret
		page   string
		want   bool
	}{
		"any page":          {Secret{}, "1", true},
		"excepted":          {Secret{Except: []string{"9"}}, "9", false},
		"not excepted":      {Secret{Except: []string{"9"}}, "1", true},
		"among the only":    {Secret{Only: []string{"9", "8"}}, "8", true},
		"not among them":    {Secret{Only: []string{"9"}}, "1", false},
		"no page, only one": {Secret{Only: []string{"9"}}, "", false},
	}
	for name, c := range cases {
		if got := c.secret.Speaks(c.page); got != c.want {
			t.Errorf("%s: Speaks(%q) = %v, want %v", name, c.page, got, c.want)
		}
	}
}

func TestSecretDoesNotPrint(t *testing.T) {
	t.Parallel()
	s := Secret{Value: []byte("hush"), Only: []string{"9"}}
	for _, form := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		got := fmt.Sprintf(form+form, s, &s)
		if strings.Contains(got, "hush") || strings.Contains(got, fmt.Sprintf("%x", "hush")) || strings.Contains(got, "104 117") {
			t.Errorf("%s prints %s", form, got)
		}
	}
}

func TestSecretDoesNotLog(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	slog.New(slog.NewJSONHandler(&log, nil)).Info("start", "secret", Secret{Value: []byte("hush")})
	if !strings.Contains(log.String(), hiddenSecret) || strings.Contains(log.String(), "aHVzaA") {
		t.Errorf("log shows %s", log.String())
	}
}

func FuzzVerify(f *testing.F) {
	body := []byte(`{"object":"page"}`)
	f.Add(body, Sign([]byte("one"), body), "")
	f.Add(body, "", SignSHA1([]byte("one"), body))
	f.Add(body, "sha256=", "sha1=")
	f.Add([]byte{}, "sha256=zz", "\x00")
	f.Fuzz(func(t *testing.T, body []byte, sha256, sha1 string) {
		v, err := NewVerifier(Secret{Value: []byte("one")})
		if err != nil {
			t.Fatal(err)
		}
		v.AcceptSHA1 = true
		h := http.Header{SignatureHeader: {sha256}, SignatureHeaderSHA1: {sha1}}
		right := strings.EqualFold(sha256, Sign([]byte("one"), body)) ||
			sha256 == "" && strings.EqualFold(sha1, SignSHA1([]byte("one"), body))
		if _, err := v.Verify(body, h); err == nil && !right {
			t.Fatalf("accepted %q, %q", sha256, sha1)
		}
	})
}
