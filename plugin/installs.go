package plugin

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	bolt "go.etcd.io/bbolt"
)

// An app is told of a page when it has a callback (POST /{app}/subscriptions) and is installed on the page
// (POST /{page}/subscribed_apps), and of the fields that both name (ref. 1.2).
var (
	bucketCallbacks = []byte("callbacks") // hash of an app's id → callbackRow
	bucketInstalls  = []byte("installs")  // hash of a page's and an app's id → installRow
)

type callbackRow struct {
	App    string   `json:"app"`
	URL    string   `json:"url"`
	Fields []string `json:"fields"`
}

type installRow struct {
	Page   string   `json:"page"`
	App    string   `json:"app"`
	Fields []string `json:"fields"`
}

func callbackKey(app string) []byte {
	h := hash16(app)
	return h[:]
}

func installKey(page, app string) []byte {
	h := hash16(page, app)
	return h[:]
}

// getJSON reads a row; false if there is none.
func getJSON(tx *bolt.Tx, bucket, key []byte, into any) (bool, error) {
	raw := tx.Bucket(bucket).Get(key)
	if raw == nil {
		return false, nil
	}
	return true, json.Unmarshal(raw, into)
}

func putJSON(tx *bolt.Tx, bucket, key []byte, row any) error {
	raw, err := json.Marshal(row)
	if err != nil {
		return err
	}
	return tx.Bucket(bucket).Put(key, raw)
}

// wanted are the subscribers that installed apps are to have, by their key.
type wanted struct {
	Subscriber
	app *app
	key queueKey
}

// installedNow reads which apps are told of which pages.
func (s *Server) installedNow(ctx context.Context) ([]wanted, error) {
	var list []wanted
	err := s.view(ctx, func(tx *bolt.Tx) error {
		for _, page := range s.pages {
			for _, a := range s.appsOn(page.ID) {
				var callback callbackRow
				var install installRow
				has, err := getJSON(tx, bucketCallbacks, callbackKey(a.id), &callback)
				if err != nil {
					return fmt.Errorf("read a callback from plugin.db: %w", err)
				}
				on, err := getJSON(tx, bucketInstalls, installKey(page.ID, a.id), &install)
				if err != nil {
					return fmt.Errorf("read an installed app from plugin.db: %w", err)
				}
				if !has || !on {
					continue
				}
				fields := slices.DeleteFunc(slices.Clone(install.Fields), func(f string) bool { return !slices.Contains(callback.Fields, f) })
				list = append(list, wanted{
					Subscriber: Subscriber{Page: page.ID, URL: callback.URL, Name: "app " + a.id, App: a.id, Fields: fields},
					app:        a, key: queueKey(hash16(page.ID, "installed", a.id)),
				})
			}
		}
		return nil
	})
	return list, err
}

// resubscribe brings the subscribers in step with what apps have asked for. What waits for one that is gone is dropped.
func (s *Server) resubscribe(ctx context.Context) error {
	list, err := s.installedNow(ctx)
	if err != nil {
		return err
	}
	s.subsMu.Lock()
	var gone []*subscriber
	kept := map[queueKey]bool{}
	s.subs = slices.DeleteFunc(s.subs, func(sub *subscriber) bool {
		i := slices.IndexFunc(list, func(w wanted) bool { return w.key == sub.key })
		if !sub.installed || i >= 0 {
			if i >= 0 {
				sub.redirect(list[i].URL, list[i].Fields)
			}
			kept[sub.key] = true
			return false
		}
		gone = append(gone, sub)
		return true
	})
	for _, w := range list {
		if kept[w.key] {
			continue
		}
		sub := newSubscriber(w.Subscriber, w.app, s.hooks)
		sub.key, sub.installed = w.key, true
		s.subs = append(s.subs, sub)
		s.startLocked(sub)
	}
	for _, sub := range gone {
		if sub.stop != nil {
			sub.stop()
		}
		sub.end()
	}
	s.subsMu.Unlock()
	if len(gone) == 0 {
		return nil
	}
	return s.w.do(ctx, func(tx *bolt.Tx) error {
		for _, sub := range gone {
			if err := dropQueue(tx, sub.key); err != nil {
				return err
			}
		}
		return nil
	})
}

// allSubscribers are those of the moment.
func (s *Server) allSubscribers() []*subscriber {
	s.subsMu.Lock()
	defer s.subsMu.Unlock()
	return slices.Clone(s.subs)
}

// subscribersOf are those who are told of a page.
func (s *Server) subscribersOf(page string) []*subscriber {
	var subs []*subscriber
	for _, sub := range s.allSubscribers() {
		if sub.Page == page {
			subs = append(subs, sub)
		}
	}
	return subs
}
