package ingest_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"

	"frontdesk/messenger"
)

// checkOnly is the least a webhook can do: read, check the signature, decode, answer. It keeps nothing.
func checkOnly(b *testing.B) http.Handler {
	b.Helper()
	verifier, err := messenger.NewVerifier(messenger.Secret{Value: []byte(appSecret)})
	if err != nil {
		b.Fatal(err)
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 1<<20))
		if err == nil {
			_, err = verifier.Verify(body, r.Header)
		}
		if err == nil {
			_, err = messenger.ParseEnvelope(body)
		}
		if err != nil {
			w.WriteHeader(http.StatusBadRequest)
		}
	})
}

// BenchmarkPost64 lets 64 connections post events, in turn to the handler with a log on the disk behind it and to one
// that only checks and decodes. The metric "ratio" is the handler's rate by the other's, the median over the rounds.
func BenchmarkPost64(b *testing.B) {
	const clients, each = 64, 20
	ours, bare := newSite(b).url, serve(b, checkOnly(b))
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: clients}}
	b.Cleanup(client.CloseIdleConnections)
	body := fmt.Appendf(nil, `{"object":"page","entry":[{"id":"109872000000101","time":1794819700000,"messaging":[{"sender":{"id":"7412000000000101"},`+
		`"recipient":{"id":"109872000000101"},"timestamp":1794819600000,"message":{"mid":"m_%0100d","text":"Do you ship to Norway?"}}]}]}`, 1)
	signature := messenger.Sign([]byte(appSecret), body)
	round := func(url string) time.Duration {
		began := time.Now()
		var wg sync.WaitGroup
		for range clients {
			wg.Go(func() {
				for range each {
					req, err := http.NewRequestWithContext(b.Context(), http.MethodPost, url, bytes.NewReader(body))
					if err != nil {
						b.Error(err)
						return
					}
					req.Header.Set(messenger.SignatureHeader, signature)
					resp, err := client.Do(req)
					if err != nil {
						b.Error(err)
						return
					}
					if _, err := io.Copy(io.Discard, resp.Body); err != nil || resp.StatusCode != http.StatusOK {
						b.Errorf("%s, %v", resp.Status, err)
					}
					resp.Body.Close()
				}
			})
		}
		wg.Wait()
		return time.Since(began)
	}
	var ratios []float64
	var total time.Duration
	for b.Loop() {
		kept, checked := round(ours), round(bare)
		total += kept
		ratios = append(ratios, checked.Seconds()/kept.Seconds())
	}
	slices.Sort(ratios)
	b.ReportMetric(ratios[len(ratios)/2], "ratio")
	b.ReportMetric(float64(len(ratios)*clients*each)/total.Seconds(), "posts/s")
}
